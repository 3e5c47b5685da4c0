.onLoad <- function(libname, pkgname) {
  # Loading reticulate takes a second, so that is left to the first verb that
  # needs Python, or to the user.
  if (isNamespaceLoaded("reticulate")) {
    require_packages()
  } else {
    setHook(packageEvent("reticulate", "onLoad"), function(...) require_packages())
  }
}

# reticulate has py_require() from 1.41: it then makes an environment with these
# packages when Python is first needed and none is chosen. Here nothing is
# installed, and no Python started.
require_packages <- function() {
  if (can_require()) {
    py_require <- getExportedValue("reticulate", "py_require")
    py_require(python_packages, python_version = python_version)
  }
}

can_require <- function() {
  "py_require" %in% getNamespaceExports("reticulate")
}
