# The Python package, imported when something of it is first asked for.
python <- NULL

.onLoad <- function(libname, pkgname) {
  path <- system.file("python", package = pkgname, lib.loc = libname)
  python <<- tryCatch(
    import_from_path("tunegrid", path = path, delay_load = TRUE),
    # A Python that already runs, without the packages we need, makes even a
    # delayed import fail. Loading must not.
    error = \(condition) NULL
  )
}
