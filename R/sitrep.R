#' Is everything here that tunegrid needs?
#'
#' Works without Python, and then says how to get it.
#'
#' @inheritParams run_grid
#'
#' @returns A table ([tunegrid_table]): what, state (a factor: `ok`,
#'   `optional`, `missing`), detail. `missing` stands in the way of every run,
#'   `optional` only of something else.
#' @export
#' @examples
#' tunegrid_sitrep()
tunegrid_sitrep <- function(store = NULL, data_dir = NULL) {
  python <- if (would_install()) {
    situation("python", "optional", paste("none is chosen yet.", python_advice()))
  } else {
    tryCatch(
      call_python("sitrep", store = as_path(store), data_dir = as_path(data_dir)),
      tunegrid_error = \(condition) situation("python", "missing", said_by(condition))
    )
  }
  frame <- rbind(situation_of_r(), as.data.frame(python))
  # What to do stands in its sentences, which are of no use cut short.
  attr(frame, "whole") <- TRUE
  new_table(frame)
}

situation_of_r <- function() {
  r <- situation("R", "ok", paste0(getRversion(), ", ", R.home()))
  needed <- lapply(c("reticulate", "knitr", "cli", "rlang"), situation_of_package, "missing")
  more <- lapply(c("ggplot2", "rmarkdown"), situation_of_package, "optional")
  do.call(rbind, c(list(r), needed, more))
}

situation_of_package <- function(package, otherwise) {
  if (requireNamespace(package, quietly = TRUE)) {
    situation(package, "ok", as.character(utils::packageVersion(package)))
  } else {
    situation(package, otherwise, paste0("install.packages(\"", package, "\")"))
  }
}

situation <- function(what, state, detail) {
  state <- factor(state, levels = c("ok", "optional", "missing"))
  data.frame(what = what, state = state, detail = detail)
}

said_by <- function(condition) {
  paste(c(condition$message, condition$body), collapse = " ")
}
