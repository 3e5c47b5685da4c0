#' The model of a stored run
#'
#' `show_model()` gives its layers, or writes a page of the run; `export_model()`
#' writes the model, with its weights after the last epoch, to a file that Keras
#' loads.
#'
#' The page has the run's layers and settings, its learning curve, its confusion
#' matrix and some of its mistakes as pictures: those that it is most certain of,
#' where its weights were kept (`run_grid(keep_models = TRUE)`), else the first of
#' each confusion. It is one file without scripts. It holds images of the data set,
#' which must be on this machine; without it the page says so.
#'
#' @param key Of the run, or the beginning of it: [read_results()] has them.
#' @inheritParams run_grid
#' @param output A file ending in `.html`, to write a page of the run; an earlier
#'   one is replaced.
#' @param file Must not exist; `.keras` or `.h5` for a whole model,
#'   `.weights.h5` for the weights alone.
#' @param train Train the run again when its weights were not kept?
#'
#' @returns `show_model()`: a table ([tunegrid_table]) with one row a layer: its
#'   name and type, output shape, parameters; the attributes `total`,
#'   `trainable` and `non_trainable` count parameters. `export_model()`,
#'   invisibly: a list of file, key, trained (was it?), same (did that give the
#'   stored numbers?), scaling and orientation of the images that the model
#'   takes.
#' @export
#' @examplesIf tunegrid_available()
#' store <- tempfile("store")
#' import_results(system.file("extdata", "kh2021", package = "tunegrid"), store = store)
#' show_model("0b669140", store = store)
show_model <- function(key, store = NULL, output = NULL, data_dir = NULL) {
  table <- call_python(
    "show_model",
    key = key, store = as_path(store), output = as_path(output), data_dir = as_path(data_dir)
  )
  attr(table, "caption") <- c(paste("Run", attr(table, "key")), attr(table, "asked_by"))
  new_table(table)
}

#' @rdname show_model
#' @export
export_model <- function(key, file, train = FALSE, store = NULL, data_dir = NULL) {
  invisible(call_python(
    "export_model",
    key = key, file = as_path(file), train = train,
    store = as_path(store), data_dir = as_path(data_dir)
  ))
}
