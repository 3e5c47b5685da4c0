#' Train one stored run again, and compare
#'
#' By the whole of its protocol; nothing is stored. On the processor that it was
#' made on, with the same versions, it is the same to the last bit. On another
#' one sums are rounded otherwise, and it differs as another seed would.
#'
#' @inheritParams show_model
#'
#' @returns A table ([tunegrid_table]) with a row an epoch: epoch, accuracy and
#'   val_accuracy as stored, accuracy_again, val_accuracy_again, difference
#'   (again less stored, of val_accuracy). Its attribute `same` says whether all
#'   numbers and predicted classes are, `images` how many test images have
#'   another class.
#' @export
#' @examplesIf tunegrid_available()
#' store <- tempfile("store")
#' run <- run_grid(
#'   "kh2021", "two-layer",
#'   where = layer1 == 16 & layer2 == 16 & layerdense == 16,
#'   epochs = 1, train_size = 256, store = store, quiet = TRUE
#' )
#' repeat_run(run$keys[[1]], store = store)
repeat_run <- function(key, store = NULL, data_dir = NULL) {
  table <- call_python(
    "repeat_run",
    key = key, store = as_path(store), data_dir = as_path(data_dir)
  )
  attr(table, "note") <- attr(table, "said")
  new_table(table)
}
