# What R gives, as Python can take it: NA has no counterpart among its texts and
# numbers, and a data frame goes as a list of columns.
as_argument <- function(value, name, call = caller_env()) {
  if (is.function(value) || inherits(value, "python.builtin.object")) {
    value
  } else if (is.data.frame(value)) {
    Map(\(column, of) as.list(unfactor(column, of, call)), as.list(value), names(value))
  } else if (is.list(value)) {
    lapply(value, as_argument, name = name, call = call)
  } else {
    unfactor(value, name, call)
  }
}

unfactor <- function(value, name, call) {
  if (anyNA(value)) {
    said <- paste(name, "has an NA, which is no value that can be asked for.")
    abort_tunegrid(said, "spec", call)
  }
  # Dates and what else has a class of its own are other things in Python.
  if (!(is_plain(value) || is.raw(value) || is.null(value))) {
    abort_argument(name, "numbers, texts or truth values", value, call)
  }
  if (is.factor(value) || is.object(value)) as.character(value) else unname(value)
}

# Paths as R means them: Python does not expand a tilde.
as_path <- function(path, name = deparse(substitute(path)), call = caller_env()) {
  if (missing(path)) {
    abort_missing(name, call)
  }
  if (is.null(path)) {
    return(NULL)
  }
  if (!is_text(path)) {
    abort_argument(name, "the path of a file or folder", path, call)
  }
  path.expand(as.character(path))
}

# A study can be given by its id, by the path of a study.toml, as load_study()
# returns it, or as something that was run.
as_study <- function(study, call = caller_env()) {
  if (is.null(study)) {
    NULL
  } else if (inherits(study, c("tunegrid_study", "tunegrid_run"))) {
    study$given
  } else if (is_text(study)) {
    as_path(study)
  } else {
    abort_study(study, call)
  }
}

# What Python returns: a frame, a list that may hold frames, or a plain value.
from_python <- function(value) {
  if (!is.list(value)) {
    value
  } else if (is_frame_sent(value)) {
    as_frame(value)
  } else {
    lapply(value, from_python)
  }
}

# Somebody's experiments can be called so, too.
is_frame_sent <- function(value) {
  all(c("frame", "rows", "attributes") %in% names(value)) && is.numeric(value$rows)
}

as_frame <- function(sent) {
  columns <- lapply(sent$frame, as_column)
  names(columns) <- vapply(sent$frame, \(column) column$name, character(1))
  frame <- list2DF(columns, nrow = sent$rows)
  for (name in names(sent$attributes)) {
    value <- sent$attributes[[name]]
    attr(frame, name) <- if (is_frame_sent(value)) as_frame(value) else unlist(value)
  }
  frame
}

# A column comes with fillers where it is missing, and the places of these.
as_column <- function(column) {
  values <- unlist(column$values)
  vector <- switch(column$type,
    logical = as.logical(values),
    integer = as.integer(values),
    double = as.double(values),
    factor = factor(values, levels = as.character(unlist(column$levels))),
    as.character(values)
  )
  vector[unlist(column$missing)] <- NA
  vector
}
