#' Which settings hold for a study's runs, and where each comes from
#'
#' @inheritParams run_grid
#'
#' @returns A table with a row for each setting of an experiment and each place
#'   that it comes from: experiment, setting, value (a text; several with
#'   commas), from (tunegrid's default, the study, the experiment, its row, the
#'   protocol, the grid's column, set, Keras's default, the architecture's
#'   default), and configurations, how many have it from there.
#' @export
#' @examplesIf tunegrid_available()
#' run_settings("kh2021", "two-layer")
run_settings <- function(study, experiments = NULL, where = NULL, protocol = NULL, set = NULL,
                         store = NULL) {
  where <- as_where(rlang::enquo(where))
  asked <- as_asked(
    study,
    experiments = experiments, where = where, protocol = protocol, set = set, store = store
  )
  asked <- asked[setdiff(names(asked), c("preset", "any"))]
  new_table(call_asked("run_settings", asked))
}
