#' Write a study's report
#'
#' What survives of the study's claims and how that is known, its tables beside
#' ours, figures, the findings of its audit, how runs are made and how to make
#' them again; as a page or as markdown. Needs the package rmarkdown and pandoc;
#' with the package DT the page's tables can be sorted and searched. Everything
#' is computed by the export that it reads.
#'
#' @inheritParams read_results
#' @param study As in [read_results()]; none for one page over all studies that
#'   there are runs of.
#' @param output A file ending in `.html`, for a page that needs no other file,
#'   or in `.md`; by default the study's id (or `overview`) with `.html`, in the
#'   working directory.
#' @param directory An exported folder to read instead of a store, without
#'   Python; for the overview a folder of exported folders.
#'
#' @returns The path of the file that was written, invisibly.
#' @export
#' @examplesIf requireNamespace("rmarkdown", quietly = TRUE) && rmarkdown::pandoc_available()
#' folder <- system.file("extdata", "kh2021", package = "tunegrid")
#' page <- render_report("kh2021", output = tempfile(fileext = ".html"), directory = folder)
#' file.size(page)
render_report <- function(study = NULL, output = NULL, store = NULL, directory = NULL) {
  output <- as_path(output)
  directory <- as_path(directory)
  store <- as_path(store)
  if (!is.null(directory)) {
    check_directory_only(NULL, NULL, store)
    exported <- exported_of(study, directory, environment())
  }
  asked <- if (is.null(study)) list(store = store) else as_asked(study, store = store)
  id <- if (is.null(study)) {
    "overview"
  } else if (is.null(directory)) {
    call_python("load_study", study = asked$study, store = asked$store)$id
  } else {
    exported_study(directory)
  }
  output <- if (is.null(output)) paste0(id, ".html") else output
  check_ending(output)
  check_folder_of(output)
  check_rmarkdown()
  if (is.null(directory)) {
    directory <- tempfile("export")
    on.exit(unlink(directory, recursive = TRUE))
    if (is.null(study)) {
      exported <- export_all(directory, asked$store, environment())
    } else {
      exported <- directory
      export_results(study, directory, store = asked$store)
    }
  }
  scratch <- tempfile("report")
  on.exit(unlink(scratch, recursive = TRUE), add = TRUE)
  for (number in seq_along(exported)) {
    place <- if (is.null(study)) sprintf("taken/%03d", number) else "taken"
    taken_export(exported[number], file.path(scratch, place), environment())
  }
  # It is looked at from another folder.
  directory <- normalizePath(file.path(scratch, "taken"))
  output <- file.path(normalizePath(dirname(output)), basename(output))
  templates <- file.path(python_folder(), "tunegrid", "report", "templates")
  maker <- new.env(parent = globalenv())
  sys.source(file.path(templates, "render.R"), maker)
  template <- if (is.null(study)) "overview.Rmd" else "study.Rmd"
  maker$render_template(templates, template, list(directory = directory), output, file.path(scratch, "made"))
  invisible(output)
}

# A study's exported folder; for the overview all exported folders in a folder.
exported_of <- function(study, directory, call) {
  if (!is.null(study)) {
    check_exported(study, directory, call)
    return(directory)
  }
  folders <- list.dirs(directory, recursive = FALSE)
  folders <- folders[file.exists(file.path(folders, "manifest.json"))]
  if (length(folders) == 0) {
    said <- paste0(directory, " holds no exported folders: export_results() writes one, a folder a study.")
    abort_tunegrid(said, "spec", call)
  }
  folders
}

# Every study that a store has runs of, each in a folder of its own: their paths.
export_all <- function(directory, store, call) {
  status <- run_status(store = store)
  ids <- unique(status$study[status$done > 0])
  if (length(ids) == 0) {
    abort_tunegrid("The store has no runs to report.", "store", call)
  }
  dir.create(directory)
  folders <- file.path(directory, sprintf("%03d", seq_along(ids)))
  for (number in seq_along(ids)) {
    export_results(ids[number], folders[number], store = store)
  }
  folders
}

check_ending <- function(output, call = caller_env()) {
  if (!tolower(tools::file_ext(output)) %in% c("html", "md")) {
    said <- paste0("A report ends in .html or .md, not as ", basename(output), " does.")
    abort_tunegrid(said, "spec", call)
  }
}

check_folder_of <- function(output, call = caller_env()) {
  if (!dir.exists(dirname(output))) {
    said <- paste0(
      "There is no folder ", dirname(output), " to write ", basename(output), " into."
    )
    abort_tunegrid(said, "spec", call)
  }
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
