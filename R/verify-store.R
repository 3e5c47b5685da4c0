#' Prove a store whole, or mend it
#'
#' `verify_store()` holds a store's content against itself: plans, keys,
#' results, environments, files. `repair_store()` takes out what does not hold,
#' so that [run_grid()] trains it again; the file as it was stays beside it.
#'
#' @param study Only this one's runs; all by default.
#' @inheritParams run_grid
#' @param dry_run Change nothing, only say what would be done?
#'
#' @returns `verify_store()`: a table ([tunegrid_table]) with one row a check:
#'   check, state (a factor: `ok`, `incomplete`, `wrong`), checked, found,
#'   meaning, detail; its attribute `findings` has everything in sentences.
#'   `repair_store()`: a table with one row a repair: repair, count, meaning.
#' @export
#' @examplesIf tunegrid_available()
#' store <- tempfile("store")
#' import_results(system.file("extdata", "kh2021", package = "tunegrid"), store = store)
#' verify_store(store = store)[c("check", "state", "checked")]
#' repair_store(store, dry_run = TRUE)
verify_store <- function(study = NULL, store = NULL, data_dir = NULL) {
  asked <- as_asked(study, store = store)
  new_table(call_python(
    "verify_store",
    study = asked$study, store = asked$store, data_dir = as_path(data_dir)
  ))
}

#' @rdname verify_store
#' @export
repair_store <- function(store = NULL, dry_run = FALSE) {
  new_table(call_python("repair_store", store = as_path(store), dry_run = dry_run))
}
