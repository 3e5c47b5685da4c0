#' tunegrid: published Keras tuning studies, run again
#'
#' The package loads without Python. The Python package of the same name,
#' which does the work, is shipped in its folder `python` and imported when it
#' is first needed.
#'
#' @keywords internal
"_PACKAGE"
