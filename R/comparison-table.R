#' Put our numbers beside a study's own tables
#'
#' Everything is computed in Python, or was by the one who exported the folder.
#'
#' @inheritParams read_results
#' @param directory An exported folder to read instead of a store, without
#'   Python. It has full replications only, and knows no `where` and no `any`.
#'
#' @returns A table ([tunegrid_table]), one row a configuration, highest
#'   published accuracy first: its columns, epochs, published_loss,
#'   published_accuracy, replicates, loss, accuracy (means over replicates),
#'   accuracy_sd (their standard deviation; `NA` for fewer than two). Several
#'   experiments stand below each other, told apart by a first column
#'   experiment.
#' @export
#' @examples
#' folder <- system.file("extdata", "kh2021", package = "tunegrid")
#' comparison_table("kh2021", experiments = "two-layer", directory = folder)
comparison_table <- function(study, experiments = NULL, where = NULL, protocol = NULL,
                             preset = NULL, any = NULL, store = NULL, directory = NULL) {
  where <- as_where(rlang::enquo(where))
  if (!is.null(directory)) {
    check_directory_only(where, preset, store, any)
    return(exported_comparison(study, experiments, protocol, as_path(directory)))
  }
  asked <- as_asked(
    study,
    experiments = experiments, where = where, protocol = protocol,
    preset = preset, any = any, store = store
  )
  frame <- call_asked("comparison_table", c(asked, run_keys(study)))
  inform_left_out(frame)
  new_comparison(frame)
}
