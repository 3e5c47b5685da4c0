#' Write a study's report
#'
#' The study's tables beside ours, the findings of its audit, a figure and the
#' protocols, as a page or as markdown. Needs the package rmarkdown and pandoc.
#' Everything is computed by the export that it reads.
#'
#' @inheritParams read_results
#' @param output A file ending in `.html`, for a page that needs no other file,
#'   or in `.md`; by default the study's id with `.html`, in the working
#'   directory.
#' @param directory An exported folder to read instead of a store, without
#'   Python.
#'
#' @returns The path of the file that was written, invisibly.
#' @export
#' @examplesIf requireNamespace("rmarkdown", quietly = TRUE) && rmarkdown::pandoc_available()
#' folder <- system.file("extdata", "kh2021", package = "tunegrid")
#' page <- render_report("kh2021", output = tempfile(fileext = ".html"), directory = folder)
#' file.size(page)
render_report <- function(study, output = NULL, store = NULL, directory = NULL) {
  asked <- as_asked(study, store = store)
  output <- as_path(output)
  directory <- as_path(directory)
  id <- report_id(asked$study, directory)
  output <- if (is.null(output)) paste0(id, ".html") else output
  format <- report_format(output)
  check_folder_of(output)
  check_rmarkdown()
  if (is.null(directory)) {
    directory <- tempfile("export")
    on.exit(unlink(directory, recursive = TRUE))
    export_results(study, directory, store = asked$store)
  } else {
    check_exported(asked$study, directory, caller_env())
  }
  # rmarkdown looks at it when it has gone to another folder.
  directory <- normalizePath(directory)
  scratch <- tempfile("report")
  dir.create(scratch)
  on.exit(unlink(scratch, recursive = TRUE), add = TRUE)
  # Under a plain name: pandoc is called by a shell, which reads others in its way.
  stem <- gsub("[^A-Za-z0-9_]", "-", tools::file_path_sans_ext(basename(output)))
  source <- file.path(scratch, paste0("report-", stem, ".Rmd"))
  file.copy(file.path(python_folder(), "tunegrid", "report", "templates", "study.Rmd"), source)
  written <- rmarkdown::render(
    source,
    output_format = format, intermediates_dir = scratch, knit_root_dir = scratch,
    params = list(directory = directory),
    envir = new.env(parent = globalenv()), quiet = TRUE
  )
  invisible(put_report(written, output))
}

# Moves a report to its place, with its figures, whose links become relative.
put_report <- function(written, output) {
  folder <- normalizePath(dirname(output))
  figures <- list.files(dirname(written), "_files$", full.names = TRUE)
  file.copy(figures, folder, recursive = TRUE)
  lines <- readLines(written, warn = FALSE, encoding = "UTF-8")
  lines <- gsub(paste0(dirname(written), "/"), "", lines, fixed = TRUE)
  output <- file.path(folder, basename(output))
  writeLines(lines, output, useBytes = TRUE)
  output
}

report_format <- function(output, call = caller_env()) {
  formats <- c(html = "html_document", md = "md_document")
  ending <- tools::file_ext(output)
  if (!ending %in% names(formats)) {
    said <- paste0("A report ends in .html or .md, not as ", basename(output), " does.")
    abort_tunegrid(said, "spec", call)
  }
  formats[[ending]]
}

check_folder_of <- function(output, call = caller_env()) {
  if (!dir.exists(dirname(output))) {
    said <- paste0(
      "There is no folder ", dirname(output), " to write ", basename(output), " into."
    )
    abort_tunegrid(said, "spec", call)
  }
}

report_id <- function(study, directory) {
  if (is.null(directory)) call_python("load_study", study = study)$id else exported_study(directory)
}

check_rmarkdown <- function(call = caller_env()) {
  if (!requireNamespace("rmarkdown", quietly = TRUE)) {
    said <- "A report is made by the package rmarkdown: install.packages(\"rmarkdown\")."
    abort_tunegrid(said, "run", call)
  }
  if (!rmarkdown::pandoc_available()) {
    abort_tunegrid("A report needs pandoc, which was not found.", "run", call)
  }
}
