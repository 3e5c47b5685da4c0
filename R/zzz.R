.onLoad <- function(libname, pkgname) {
  # reticulate has py_require() from 1.41: it then makes an environment with
  # these packages when Python is first needed and none is chosen. Here nothing
  # is installed, and no Python started.
  if (can_require()) {
    require_packages <- getExportedValue("reticulate", "py_require")
    require_packages(python_packages, python_version = python_version)
  }
}

can_require <- function() {
  "py_require" %in% getNamespaceExports("reticulate")
}
