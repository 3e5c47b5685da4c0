#' Share results
#'
#' `export_results()` writes a study's runs to a folder of csv files with a data
#' dictionary and a manifest; [read_results()] and [comparison_table()] read it
#' without Python. `import_results()` brings such a folder into a store, after
#' everything in it is verified.
#'
#' @inheritParams read_results
#' @param directory A folder; for an export it is made when it is missing, and
#'   an earlier export in it is replaced.
#'
#' @returns Invisibly, a list: for an export folder, planned, done; for an
#'   import study, runs, added, kept, and the keys of kept runs whose numbers
#'   differ.
#' @export
#' @examplesIf tunegrid_available()
#' store <- tempfile("store")
#' folder <- system.file("extdata", "kh2021", package = "tunegrid")
#' imported <- import_results(folder, store = store)
#' imported$added
#' exported <- export_results("kh2021", tempfile("export"), store = store)
#' dir(exported$folder)
export_results <- function(study, directory, experiments = NULL, store = NULL) {
  asked <- as_asked(study, experiments = experiments, store = store)
  invisible(call_python(
    "export_results",
    study = asked$study, directory = as_path(directory),
    experiments = asked$experiments, store = asked$store
  ))
}

#' @rdname export_results
#' @export
import_results <- function(directory, store = NULL) {
  done <- call_python("import_results", directory = as_path(directory), store = as_path(store))
  done$differing <- as.character(done$differing)
  invisible(done)
}
