#' Put what we found beside another table of the source
#'
#' A study can print more than tables of configurations: training logs,
#' confusion matrices, summaries, layers. `load_study(study)$parts$tables` names
#' them.
#'
#' @inheritParams read_results
#' @inheritParams run_grid
#' @param table Its name in the study.
#'
#' @returns A table ([tunegrid_table]) by the kind of what was printed: epochs,
#'   a confusion matrix, groups, or layers; what was printed, and ours beside
#'   it. What we have no runs for is `NA`.
#' @export
#' @examplesIf tunegrid_available()
#' published_table("nn-modelling", "layers")
published_table <- function(study, table, protocol = NULL, preset = NULL, any = NULL,
                            store = NULL, data_dir = NULL) {
  asked <- as_asked(
    study,
    table = table, protocol = protocol, preset = preset, any = any,
    store = store, data_dir = as_path(data_dir)
  )
  asked <- asked[setdiff(names(asked), c("experiments", "where"))]
  new_table(call_asked("published_table", asked))
}
