environment_name <- "r-tunegrid"

#' Install Python's side of tunegrid
#'
#' Makes a virtual environment with the packages that tunegrid needs, some
#' gigabytes with TensorFlow. Nothing else in this package installs anything, and
#' nothing calls this. It is not needed where `RETICULATE_PYTHON` names a Python
#' that has them, nor with reticulate 1.41 or later, which makes an environment
#' of its own when none is chosen.
#'
#' @param envname The environment's name; one called `"r-tunegrid"` is found by
#'   itself, for another set `RETICULATE_PYTHON`.
#' @param packages What is installed into it, as pip understands it.
#' @param python The Python to make the environment with, 3.11 or later.
#'
#' @returns The path of the environment's Python, invisibly.
#' @export
#' @examples
#' \dontrun{
#' # Downloads and installs packages.
#' install_tunegrid()
#' }
install_tunegrid <- function(envname = "r-tunegrid", packages = python_packages,
                             python = NULL) {
  if (!reticulate::virtualenv_exists(envname)) {
    do.call(reticulate::virtualenv_create, drop_nulls(list(envname, python = python)))
  }
  reticulate::virtualenv_install(envname, packages)
  path <- reticulate::virtualenv_python(envname)
  cli::cli_inform(c(i = "Restart R. To use it always, set RETICULATE_PYTHON={path}"))
  invisible(path)
}
