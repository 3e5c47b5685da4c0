# A small export that ships with the package: two runs of one configuration.
exported_folder <- function() {
  system.file("extdata", "kh2021", package = "tunegrid", mustWork = TRUE)
}

# The small export with one of its files changed, and signed again as a forger would.
forged_export <- function(name, change, env = parent.frame()) {
  folder <- file.path(withr::local_tempdir(.local_envir = env), "export")
  dir.create(folder)
  file.copy(dir(exported_folder(), full.names = TRUE), folder)
  file <- file.path(folder, name)
  writeLines(change(readLines(file, encoding = "UTF-8")), file, useBytes = TRUE)
  manifest <- file.path(folder, "manifest.json")
  lines <- readLines(manifest, encoding = "UTF-8")
  at <- grep(paste0('"', name, '"'), lines, fixed = TRUE)
  lines[at] <- sub("[0-9a-f]{64}", cli::hash_file_sha256(file), lines[at])
  writeLines(lines, manifest, useBytes = TRUE)
  folder
}

skip_without_python <- function() {
  skip_if_not(tunegrid_available(), "a Python that tunegrid can use")
}

# A store with the runs of the small export.
local_store <- function(env = parent.frame()) {
  skip_without_python()
  store <- withr::local_tempdir(.local_envir = env)
  import_results(exported_folder(), store = store)
  store
}

# Two small configurations, trained once for all tests of a file.
train_small <- function(store, ...) {
  run_grid(
    "kh2021",
    experiments = "two-layer", where = "layer2 == 16 and layerdense <= 32",
    epochs = 1, train_size = 256, store = store, ...
  )
}

# What an R session of its own prints, with everything to one stream.
in_fresh_session <- function(..., environment = character()) {
  script <- withr::local_tempfile(fileext = ".R")
  writeLines(c("library(tunegrid)", ...), script)
  rscript <- file.path(R.home("bin"), "Rscript")
  withr::with_envvar(
    c(R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep), environment),
    suppressWarnings(
      system2(rscript, c("--vanilla", script), stdout = TRUE, stderr = TRUE)
    )
  )
}

# The kind and the words of an error, for snapshots that no version of testthat
# or rlang formats in its own way.
say_error <- function(code) {
  condition <- tryCatch(code, error = identity)
  cat(class(condition)[1], ": ", condition$message, "\n", sep = "")
}
