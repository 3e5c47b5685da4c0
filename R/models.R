#' The model of a stored run
#'
#' `show_model()` gives its layers; `export_model()` writes it, with its weights
#' after the last epoch, to a file that Keras loads.
#'
#' @param key Of the run, or the beginning of it: [read_results()] has them.
#' @inheritParams run_grid
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
show_model <- function(key, store = NULL) {
  table <- call_python("show_model", key = key, store = as_path(store))
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
