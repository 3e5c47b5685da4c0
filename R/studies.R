#' List the studies that ship with tunegrid
#'
#' @returns A table ([tunegrid_table]) with one row a study: study, date,
#'   experiments, configurations (how many), protocols, about.
#' @export
#' @examplesIf tunegrid_available()
#' studies()
studies <- function() {
  new_table(call_python("studies"))
}

#' Load a study
#'
#' @param study The id of a shipped study, the path of a study.toml or its
#'   folder, the name of a grid of one's own that a store knows, or what
#'   [run_grid()] returned.
#' @param store A folder; by default `TUNEGRID_STORE`, then `./tunegrid-store`.
#'
#' @returns A list of class `tunegrid_study`, which prints and knits as tables: id,
#'   title, author, date, source, about; `parts`, tables of its experiments,
#'   protocols, their differences, what is stated and assumed, other tables and
#'   claims; `published`, for each experiment what the source prints. It can stand
#'   for the study in every other verb.
#' @export
#' @examplesIf tunegrid_available()
#' study <- load_study("kh2021")
#' study$parts$protocols
#' head(study$published[["two-layer"]], 3)
load_study <- function(study, store = NULL) {
  asked <- as_asked(study, store = store)
  found <- call_python("load_study", study = asked$study, store = asked$store)
  found$parts <- lapply(found$parts, new_table)
  found$published <- lapply(found$published, new_table)
  structure(c(found, list(given = asked$study)), class = "tunegrid_study")
}

#' @export
print.tunegrid_study <- function(x, ...) {
  for (part in names(x$parts)) {
    if (nrow(x$parts[[part]]) > 0) {
      writeLines(c(escaped(x$captions[[part]]), "", format(x$parts[[part]]), ""))
    }
  }
  invisible(x)
}

#' @importFrom knitr knit_print
#' @method knit_print tunegrid_study
#' @export
knit_print.tunegrid_study <- function(x, ...) {
  parts <- Filter(\(part) nrow(x$parts[[part]]) > 0, names(x$parts))
  tables <- lapply(parts, \(part) {
    knitted_table(shown(x$parts[[part]]), x$captions[[part]])
  })
  lines <- unlist(lapply(tables, \(table) c("", table, "")))
  knitr::asis_output(paste(lines, collapse = "\n"))
}
