#' Read a study's runs, one row each
#'
#' @param study The id of a shipped study, the path of a study.toml, what
#'   [load_study()] returned; or what [run_grid()] returned, whose runs are
#'   then read: other arguments are by default as they were there.
#' @param experiments Names; all by default.
#' @param where A condition on configuration columns: an expression, as
#'   `layer1 == 16 & layerdense %in% c(16, 32)`, in which names are columns and
#'   `.env$x` or `!!x` is a variable of R's; or the same as a text,
#'   `"layer1 == 16 and layerdense in (16, 32)"`.
#' @param protocol By default the study's own default.
#' @param preset `"full"` (the default) for runs of the whole protocol,
#'   `"quick"` for those of that preset.
#' @param any All runs that are there, whatever their departures from the
#'   protocol? By default not.
#' @param store A folder; by default `TUNEGRID_STORE`, then
#'   `./tunegrid-store`.
#' @param directory An exported folder to read instead of a store, without
#'   Python. It has no runs of the quick preset apart, and knows no `where`.
#'
#' @returns A data frame, failed runs too: study, protocol, experiment (a
#'   factor in the study's order), the configuration's columns; then epochs,
#'   replicate, loss, accuracy (the study's own), `train_`, `val_` and `test_`
#'   ones after the last epoch, `best_` ones, parameters, seconds, engine,
#'   backend, device, departures, outcome, failure, message, key. What was left
#'   out is said in a message.
#' @export
#' @examples
#' folder <- system.file("extdata", "kh2021", package = "tunegrid")
#' runs <- read_results("kh2021", directory = folder)
#' runs[c("layer1", "layer2", "layerdense", "replicate", "accuracy")]
read_results <- function(study, experiments = NULL, where = NULL, protocol = NULL,
                         preset = NULL, any = NULL, store = NULL, directory = NULL) {
  where <- as_where(rlang::enquo(where))
  if (!is.null(directory)) {
    check_directory_only(where, preset, store)
    return(exported_results(study, experiments, protocol, isTRUE(any), as_path(directory)))
  }
  asked <- as_asked(
    study,
    experiments = experiments, where = where, protocol = protocol,
    preset = preset, any = any, store = store
  )
  frame <- call_asked("read_results", c(asked, run_keys(study)))
  inform_left_out(frame)
  frame
}
