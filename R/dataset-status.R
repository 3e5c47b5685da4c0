#' List the data sets on this machine
#'
#' @inheritParams run_grid
#'
#' @returns A table ([tunegrid_table]) with one row for each place where
#'   something was found, or one saying that nothing was: dataset, origin, path,
#'   state (a factor: `whole`, `damaged`, `not found`), detail. The first row of
#'   a data set is the one that runs use. Nothing is downloaded.
#'   It is an error when `data_dir`, or else `TUNEGRID_DATA`, names a folder
#'   without any data set.
#' @export
#' @examplesIf tunegrid_available()
#' dataset_status()[c("dataset", "state")]
dataset_status <- function(data_dir = NULL) {
  new_table(call_python("dataset_status", data_dir = as_path(data_dir)))
}
