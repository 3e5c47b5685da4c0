#' Conditions of tunegrid
#'
#' Every error that tunegrid raises on purpose has the class `tunegrid_error`
#' and one that says of what kind it is. Its field `message` is the sentence
#' that Python says too. No traceback of Python's is shown:
#' [tunegrid_last_traceback()] has it.
#'
#' | class | what is wrong |
#' |---|---|
#' | `tunegrid_error_spec` | something is asked for that cannot be |
#' | `tunegrid_error_data` | a data set is missing, incomplete or another |
#' | `tunegrid_error_run` | training cannot start or cannot go on |
#' | `tunegrid_error_store` | a store or an exported folder cannot be used |
#' | `tunegrid_error_python` | there is no Python, or it lacks a package |
#' | `tunegrid_error_internal` | a fault of tunegrid itself |
#'
#' An interrupted [run_grid()] ends with a condition of class
#' `tunegrid_interrupted`, which is no `tunegrid_error`. What was left out of a
#' table is said in a message of class `tunegrid_left_out`. Runs that failed are
#' told of in a warning of class `tunegrid_warning_failed`, and labels that can
#' hardly be meant in one of class `tunegrid_warning_data`.
#'
#' @name tunegrid_conditions
#' @examples
#' tryCatch(
#'   read_results("kh2021", directory = "nowhere"),
#'   tunegrid_error_store = function(condition) condition$message
#' )
NULL

abort_tunegrid <- function(message, type, call, advice = NULL) {
  class <- c(if (nzchar(type)) paste0("tunegrid_error_", type), "tunegrid_error")
  message <- sayable(message)
  said <- c("{message}", i = if (!is.null(advice)) "{advice}")
  cli::cli_abort(said, class = class, call = call)
}

# An answer of Python's that is an error.
abort_python <- function(answer, call) {
  bridge$traceback <- answer$traceback
  advice <- switch(answer$type,
    python = python_advice(),
    internal = "tunegrid_last_traceback() shows where: please report it.",
    spec = if (grepl("which is no column here", answer$message, fixed = TRUE)) {
      "A variable of your own is written as .env$name."
    }
  )
  abort_tunegrid(answer$message, answer$type, call, advice)
}

abort_missing <- function(name, call) {
  abort_tunegrid(paste0("Give ", name, ": it has no default."), "spec", call)
}

abort_without_python <- function(message, call) {
  abort_tunegrid(message, "python", call, python_advice())
}

abort_interrupted <- function(message, call) {
  message <- sayable(message)
  cli::cli_abort("{message}", class = "tunegrid_interrupted", call = call)
}

python_advice <- function() {
  if (can_require()) {
    paste(
      "Without RETICULATE_PYTHON reticulate makes a Python with all that is needed when one is",
      "first used, from the internet; or set it to one that has the packages, and restart R."
    )
  } else {
    paste(
      "Set RETICULATE_PYTHON to a Python (3.11 or later) that has the packages, or run",
      "install_tunegrid(); then restart R."
    )
  }
}

inform_left_out <- function(frame) {
  for (text in vapply(attr(frame, "left_out"), sayable, "")) {
    if (startsWith(text, "There is no store")) {
      cli::cli_warn("{text}", class = "tunegrid_warning_store")
    } else {
      cli::cli_inform(c(i = "{text}"), class = "tunegrid_left_out")
    }
  }
}
