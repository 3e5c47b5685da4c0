#' Count a store's runs by what has become of them
#'
#' @param study Only this one, as in [run_grid()]; or what that returned, for
#'   its study and its store. All that the store knows by default.
#' @inheritParams run_grid
#'
#' @returns A table ([tunegrid_table]) with one row a study, protocol,
#'   experiment and departures: planned, done, failed, training, missing, and
#'   the seconds that the done ones took in all.
#' @export
#' @examplesIf tunegrid_available()
#' run_status(store = tempfile("store"))
run_status <- function(study = NULL, store = NULL) {
  asked <- as_asked(study, store = store)
  asked <- c(asked[c("study", "store")], run_keys(study))
  frame <- call_asked("run_status", drop_nulls(asked))
  inform_left_out(frame)
  new_table(frame)
}

#' What survives of every study, and by which evidence
#'
#' @inheritParams run_status
#'
#' @returns A table ([tunegrid_table]) with one row a study, those that ship
#'   first, then those of one's own that the store has runs of: study; claims,
#'   and how many of them by the runs of the study's default protocol survive,
#'   do_not_survive, make no_difference that matters, are not_shown by one run
#'   each, or are undecided ([check_claims()] says which); overturns and
#'   discrepancies, what [audit_study()] finds of that gravity; runs of that
#'   protocol as it stands, seeds (the most that a configuration has), hours of
#'   training.
#' @export
#' @examplesIf tunegrid_available()
#' store <- tempfile("store")
#' import_results(system.file("extdata", "kh2021", package = "tunegrid"), store = store)
#' study_overview(store = store)
study_overview <- function(store = NULL) {
  frame <- call_python("study_overview", store = as_path(store))
  inform_left_out(frame)
  new_table(frame)
}

# The keys of what was run: it stands for its own runs, whatever else a store has.
run_keys <- function(study) {
  if (inherits(study, "tunegrid_run") && length(study$keys) > 0) {
    list(keys = as.list(study$keys))
  }
}

# Calls a verb with what as_asked() gave, in the name of who called for it.
call_asked <- function(verb, asked, call = caller_env()) {
  do.call(call_python, c(verb, asked, list(call = call)))
}

# The arguments of a verb that reads, with those of a run where it reads one.
as_asked <- function(study, ..., store = NULL, call = caller_env()) {
  if (missing(study)) {
    abort_missing("study", call)
  }
  given <- drop_nulls(list(..., store = as_path(store, "store", call)))
  asked <- if (inherits(study, "tunegrid_run")) study$asked else list()
  asked[names(given)] <- given
  c(list(study = as_study(study, call)), asked)
}
