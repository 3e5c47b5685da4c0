#' tunegrid: published Keras tuning studies, run again
#'
#' The package loads without Python. The Python package of the same name,
#' which does the work, is shipped in its folder `python` and imported when it
#' is first needed. [tunegrid_sitrep()] says whether everything is there;
#' [read_results()] and [comparison_table()] read exported folders without
#' any Python.
#'
#' @keywords internal
#' @importFrom rlang caller_env
"_PACKAGE"
