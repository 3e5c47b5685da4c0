#' Which claims of a study survive
#'
#' Two questions are kept apart: is a claim so on average, over seeds and the
#' last epochs of a run; and would the study, run again with one run of each
#' configuration, have said so? Everything is computed in Python, or was by the
#' one who exported the folder.
#'
#' @inheritParams read_results
#' @param claims Ids; all by default.
#' @param data_dir A folder with data sets, whose labels claims on confusions
#'   need; by default `TUNEGRID_DATA`.
#' @param directory An exported folder to read instead of a store, without
#'   Python.
#'
#' @returns A table ([tunegrid_table]), one row a claim: id, text, source;
#'   average with slack (by how much it holds; negative where it misses),
#'   slack_low and slack_high; again with share (of studies with one run each in
#'   which it holds), share_low and share_high; verdict (`survives`, `does not
#'   survive`, `no difference that matters`, `not shown by one run each`,
#'   `undecided`); published, value, variance_source, cells, runs, seeds_least,
#'   failed, look, alpha, delta, p, p_holm, fixed, setting, note. Only some are
#'   printed, and below them each claim in a sentence.
#' @export
#' @examplesIf tunegrid_available()
#' store <- tempfile("store")
#' import_results(system.file("extdata", "kh2021", package = "tunegrid"), store = store)
#' check_claims("kh2021", claims = "best-two-layer", store = store)
check_claims <- function(study, claims = NULL, protocol = NULL, store = NULL, data_dir = NULL,
                         directory = NULL) {
  if (!is.null(directory)) {
    check_directory_only(NULL, NULL, store)
    found <- exported_judged("claims", study, protocol, as_path(directory))
    unknown <- setdiff(claims, found$id)
    if (length(unknown) > 0) {
      said <- paste0(
        directory, " has no claim called '", unknown[1], "': choose from ", toString(found$id), "."
      )
      abort_tunegrid(said, "spec", environment())
    }
    return(if (is.null(claims)) found else found[found$id %in% claims, ])
  }
  asked <- as_asked(
    study,
    claims = claims, protocol = protocol, store = store, data_dir = as_path(data_dir)
  )
  judged("check_claims", asked[setdiff(names(asked), c("experiments", "where"))])
}

#' How many further seeds would decide which claim
#'
#' @inheritParams check_claims
#'
#' @returns A table ([tunegrid_table]), those claims first that are soonest
#'   decided: claim, verdict, runs, further_runs, seconds (of training), hours
#'   (on this machine), seeds (the most that a configuration would have), why.
#'   Its attribute `cells` is a data frame that says the same of each published
#'   value.
#' @export
#' @examplesIf tunegrid_available()
#' store <- tempfile("store")
#' import_results(system.file("extdata", "kh2021", package = "tunegrid"), store = store)
#' plan_seeds("kh2021", claims = "best-two-layer", store = store)
plan_seeds <- function(study, claims = NULL, protocol = NULL, store = NULL) {
  asked <- as_asked(study, claims = claims, protocol = protocol, store = store)
  judged("plan_seeds", asked[setdiff(names(asked), c("experiments", "where"))])
}

#' Which configurations can be the best
#'
#' @inheritParams compare_published
#'
#' @returns A table ([tunegrid_table]), a row a configuration with runs, the
#'   best first: experiment, its columns, n, mean, shrunk, low, high, in_set
#'   (whether it can be the best), p_best, p_within_delta, p_wins (a study with
#'   one run each), optimism. Probabilities describe, and decide nothing.
#' @export
#' @examplesIf tunegrid_available() && nzchar(Sys.getenv("TUNEGRID_STORE"))
#' rank_configurations("kh2021", experiments = "two-layer")
rank_configurations <- function(study, experiments = NULL, where = NULL, protocol = NULL,
                                store = NULL) {
  where <- as_where(rlang::enquo(where))
  judged("rank_configurations", as_asked(
    study,
    experiments = experiments, where = where, protocol = protocol, store = store
  ))
}
