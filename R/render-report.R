#' Write a study's report
#'
#' What survives of the study's claims and how that is known, its tables beside
#' ours, figures, the findings of its audit, how runs are made and how to make
#' them again; as a page, as markdown or on paper. Needs the package rmarkdown
#' and pandoc, PDF also LaTeX (`tinytex::install_tinytex()`, or Debian's
#' texlive-xetex, texlive-fonts-recommended and lmodern) and for its figures the
#' command rsvg-convert or the package rsvg; with the package DT the page's tables
#' can be sorted and searched. Everything is computed by the export that it reads.
#'
#' # In a Quarto project
#'
#' The report's parts can stand in a page of one's own. Copy their folder, under
#' a name that begins with an underscore so that Quarto renders none of them alone,
#' and include what is wanted:
#'
#' ````
#' ---
#' title: "What survives of kh2021"
#' format:
#'   html:
#'     from: markdown-raw_html-raw_tex-tex_math_dollars
#' params:
#'   directory: "results/kh2021"
#'   templates: "_parts"
#' ---
#'
#' ```{r}
#' #| include: false
#' knitr::opts_chunk$set(echo = FALSE, results = "asis", comment = NA)
#' source(file.path(params$templates, "reading.R"), local = TRUE)
#' source(file.path(params$templates, "runs.R"), local = TRUE)
#' ```
#'
#' {{< include _parts/verdicts.Rmd >}}
#'
#' {{< include _parts/tables.Rmd >}}
#' ````
#'
#' The folder comes by
#' `file.copy(system.file("python/tunegrid/report/templates", package = "tunegrid"), ".", recursive = TRUE)`
#' and `file.rename("templates", "_parts")`; `results/kh2021` is what
#' [export_results()] writes. Parts are verdicts, claims, tables, audit, protocols
#' and again. `from` keeps what others wrote from being HTML or TeX.
#'
#' @inheritParams read_results
#' @param study As in [read_results()]; none for one page over all studies that
#'   there are runs of.
#' @param output A file ending in `.html`, for a page that needs no other file,
#'   in `.md`, in `.pdf`, or in `.tex` for the source of that; by default the
#'   study's id (or `overview`) with `.html`, in the working directory. Beside
#'   `.md` and `.tex` the figures come in a folder.
#' @param directory An exported folder to read instead of a store, without
#'   Python; for the overview a folder of exported folders.
#' @param engine `"rmarkdown"`, or `"quarto"` to have HTML and PDF made by Quarto,
#'   where its command is on the path. Experimental: tried with a stand-in for Quarto only.
#'
#' @returns The path of the file that was written, invisibly.
#' @export
#' @examplesIf requireNamespace("rmarkdown", quietly = TRUE) && rmarkdown::pandoc_available()
#' folder <- system.file("extdata", "kh2021", package = "tunegrid")
#' page <- render_report("kh2021", output = tempfile(fileext = ".html"), directory = folder)
#' file.size(page)
render_report <- function(study = NULL, output = NULL, store = NULL, directory = NULL, engine = "rmarkdown") {
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
  check_form(output, engine)
  check_folder_of(output)
  templates <- file.path(python_folder(), "tunegrid", "report", "templates")
  maker <- new.env(parent = globalenv())
  sys.source(file.path(templates, "render.R"), maker)
  missing <- maker$missing_for(output, engine)
  if (!is.null(missing)) abort_tunegrid(missing, "run")
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
  template <- if (is.null(study)) "overview.Rmd" else "study.Rmd"
  maker$render_template(templates, template, list(directory = directory), output, file.path(scratch, "made"), engine)
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
  for (link in folders[nzchar(Sys.readlink(folders))]) {
    abort_tunegrid(paste0(link, " is a symbolic link, which is not followed: take it away."), "store", call)
  }
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

check_form <- function(output, engine, call = caller_env()) {
  ending <- tolower(tools::file_ext(output))
  engines <- c("rmarkdown", "quarto")
  said <- if (!ending %in% c("html", "md", "pdf", "tex")) {
    paste0("A report ends in .html, .md, .pdf or .tex, not as ", basename(output), " does.")
  } else if (!is.character(engine) || length(engine) != 1 || !engine %in% engines) {
    "`engine` must be \"rmarkdown\" or \"quarto\"."
  } else if (engine == "quarto" && !ending %in% c("html", "pdf")) {
    paste0("Quarto makes .html and .pdf: leave the engine out for ", basename(output), ".")
  }
  if (!is.null(said)) abort_tunegrid(said, "spec", call)
}

check_folder_of <- function(output, call = caller_env()) {
  if (!dir.exists(dirname(output))) {
    said <- paste0(
      "There is no folder ", dirname(output), " to write ", basename(output), " into."
    )
    abort_tunegrid(said, "spec", call)
  }
  link <- Sys.readlink(output)
  if (!is.na(link) && nzchar(link)) {
    abort_tunegrid(paste0(output, " is a symbolic link, which is not followed: take it away."), "spec", call)
  }
}
