#' Hold a study's numbers against each other
#'
#' Says what cannot be true together in what a study published. Nothing is
#' trained.
#'
#' @param study The id of a shipped study, the path of a study.toml, or what
#'   [load_study()] returned; all shipped studies by default.
#'
#' @returns A table ([tunegrid_table]) with one row a finding, the gravest
#'   first: study, rule, where, stated, expected, gravity (a factor:
#'   `overturns`, `discrepancy`, `note`) and message. No rows when everything
#'   agrees.
#' @export
#' @examplesIf tunegrid_available()
#' audit_study("korssjoen2020")[c("rule", "gravity", "stated", "expected")]
audit_study <- function(study = NULL) {
  new_table(call_python("audit_study", study = as_study(study)))
}
