# What the Python package needs, as pyproject.toml has it; the lower bounds of
# tensorflow are those of its extra of that name.
python_version <- ">=3.11"
python_packages <- c(
  "keras>=3.15.1", "numpy>=2.0", "pandas>=2.2", "h5py>=3.11", "tabulate>=0.9",
  "typer>=0.29", "rich>=13.7", "scipy>=1.13", "statsmodels>=0.14", "pydantic>=2.9",
  "typing-extensions>=4.12", "psutil>=5.9", "tensorflow>=2.18"
)

# The Python module that is called, once it is imported, and the last traceback.
bridge <- new.env(parent = emptyenv())

#' Can tunegrid use Python here?
#'
#' Starts the Python that is chosen if it is not running yet. Nothing is
#' installed to answer: where none is chosen by `RETICULATE_PYTHON`, and
#' reticulate would have to make one, there is none. [tunegrid_sitrep()] says
#' more.
#'
#' @returns `TRUE` when there is a Python with the packages that tunegrid
#'   needs, else `FALSE`; never an error.
#' @export
#' @examples
#' tunegrid_available()
tunegrid_available <- function() {
  !would_install() &&
    tryCatch(call_python("is_complete"), tunegrid_error = \(condition) FALSE)
}

#' Show where the last error occurred in Python
#'
#' Errors say in one sentence what is wrong. Where that is not enough, as with
#' a fault of tunegrid itself, this is Python's whole traceback.
#'
#' @returns The lines of the traceback, invisibly; printed. No lines when there
#'   was no error.
#' @export
#' @examples
#' tunegrid_last_traceback()
tunegrid_last_traceback <- function() {
  lines <- escaped(bridge$traceback)
  writeLines(lines)
  invisible(lines)
}

# Calls a verb of Python's. Arguments that are NULL are left out, so that
# Python's own defaults hold.
call_python <- function(verb, ..., call = caller_env()) {
  given <- drop_nulls(list(...))
  Map(\(value, name) check_argument(value, name, call), given, names(given))
  check_needed(verb, given, call)
  arguments <- Map(\(value, name) as_argument(value, name, call), given, names(given))
  answer <- python_module(call)$call(verb, arguments, environment_now())
  switch(answer$status,
    ok = from_python(answer$value),
    interrupted = abort_interrupted(answer$message, call),
    abort_python(answer, call)
  )
}

python_module <- function(call = caller_env()) {
  if (is.null(bridge$module)) {
    start_python(call)
    bridge$module <- tryCatch(
      reticulate::import_from_path("tunegrid.reticulate", path = python_folder()),
      error = \(condition) abort_without_python(conditionMessage(condition), call)
    )
  }
  bridge$module
}

python_folder <- function() {
  system.file("python", package = "tunegrid", mustWork = TRUE)
}

# Starts the Python that reticulate chooses, and says what to do where it cannot.
start_python <- function(call) {
  choose_environment()
  # Older versions of reticulate offer to install one; only install_tunegrid() may.
  asked <- Sys.getenv("RETICULATE_MINICONDA_ENABLED", NA)
  Sys.setenv(RETICULATE_MINICONDA_ENABLED = "FALSE")
  on.exit(restore_environment("RETICULATE_MINICONDA_ENABLED", asked))
  is_there <- tryCatch(
    suppressWarnings(reticulate::py_available(initialize = TRUE)),
    error = \(condition) FALSE
  )
  if (!is_there) {
    abort_without_python(no_python_said(), call)
  }
  found <- reticulate::py_config()
  if (numeric_version(found$version) < "3.11") {
    said <- paste0("Python must be 3.11 or later; ", found$python, " is ", found$version, ".")
    abort_without_python(said, call)
  }
}

# Why there is no Python, by what the user has chosen.
no_python_said <- function(chosen = Sys.getenv("RETICULATE_PYTHON")) {
  if (chosen %in% c("", "managed")) {
    return("No Python was found that can be started.")
  }
  is_whole <- grepl("^(/|~|[A-Za-z]:[/\\\\]|\\\\\\\\)", chosen)
  why <- if (dir.exists(chosen)) {
    "which is a folder: name the program in it, as bin/python of an environment."
  } else if (file.exists(chosen)) {
    "which does not start as a Python: name one that does, by its whole path."
  } else if (is_whole) {
    "and there is no such file: name a Python that is there, by its whole path."
  } else {
    paste0("and there is no such file in the folder ", getwd(), ": name it by its whole path.")
  }
  paste0("RETICULATE_PYTHON is '", chosen, "', ", why)
}

# The environment that install_tunegrid() made, unless the user has chosen one.
choose_environment <- function() {
  is_free <- !nzchar(Sys.getenv("RETICULATE_PYTHON")) &&
    !reticulate::py_available(initialize = FALSE)
  if (is_free && reticulate::virtualenv_exists(environment_name)) {
    reticulate::use_virtualenv(environment_name, required = FALSE)
  }
}

# Would the first use of Python make an environment? That is the user's to want.
would_install <- function() {
  is_chosen <- !Sys.getenv("RETICULATE_PYTHON") %in% c("", "managed") ||
    reticulate::virtualenv_exists(environment_name)
  can_require() && !is_chosen && !reticulate::py_available(initialize = FALSE)
}

restore_environment <- function(name, value) {
  if (is.na(value)) {
    Sys.unsetenv(name)
  } else {
    do.call(Sys.setenv, stats::setNames(list(value), name))
  }
}

# Python saw its environment when it started; R's may have changed since.
environment_now <- function() {
  names <- c("TUNEGRID_STORE", "TUNEGRID_DATA", "KERAS_BACKEND", "KERAS_HOME")
  values <- Sys.getenv(names, NA, names = TRUE)
  lapply(as.list(values), \(value) if (is.na(value)) NULL else value)
}

drop_nulls <- function(values) {
  Filter(Negate(is.null), values)
}
