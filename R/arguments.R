# What R's users can give by mistake that Python would only stumble over: each
# argument by its name, with what it must be.
check_argument <- function(value, name, call) {
  check <- argument_checks[[name]]
  if (!is.null(check) && !is_python(value)) {
    check(value, name, call)
  }
}

check_text <- function(value, name, call) {
  if (!is_text(value)) {
    abort_argument(name, "one text", value, call)
  }
}

check_texts <- function(value, name, call) {
  if (!(is.character(value) || is.factor(value)) || length(value) == 0) {
    abort_argument(name, "one text or several", value, call)
  }
}

check_number <- function(value, name, call) {
  if (!(is.numeric(value) && length(value) == 1)) {
    abort_argument(name, "one number", value, call)
  }
}

check_budget <- function(value, name, call) {
  if (!is_text(value)) {
    check_number(value, name, call)
  }
}

check_flag <- function(value, name, call = caller_env()) {
  if (!(is.logical(value) && length(value) == 1 && !is.na(value))) {
    abort_argument(name, "TRUE or FALSE", value, call)
  }
}

check_set <- function(value, name, call) {
  is_named <- length(names(value)) == length(value) && all(nzchar(names(value)))
  if (!is.list(value) || is.data.frame(value) || !is_named) {
    abort_argument(name, "a named list, as list(dropout = 0.3)", value, call)
  }
  for (setting in names(value)) {
    if (!(is.null(value[[setting]]) || is_plain(value[[setting]]))) {
      wanted <- "a number, a text or a truth value"
      abort_argument(paste0(name, "$", setting), wanted, value[[setting]], call)
    }
  }
}

check_grid <- function(value, name, call,
                       wanted = "a data frame with a row for each configuration") {
  if (missing(value)) {
    abort_missing(name, call)
  }
  if (!is.data.frame(value) || nrow(value) == 0 || length(value) == 0) {
    abort_argument(name, wanted, value, call)
  }
}

check_model <- function(value, name, call) {
  is_name <- is.character(value) && length(value) > 0 && !anyNA(value)
  # Models made row by row come as a list of their settings.
  is_made <- is.list(value) && !is.object(value) && all(vapply(value, is_model_made, NA))
  if (!is_name && !is_made) {
    wanted <- "the name of an architecture or a function that returns a Keras model"
    abort_argument(name, wanted, value, call)
  }
}

is_model_made <- function(one) {
  is.character(one) || "keras_json" %in% names(one)
}

argument_checks <- list(
  experiments = check_texts, claims = check_texts, labels = check_texts,
  where = check_text, protocol = check_text, preset = check_text, name = check_text,
  dataset = check_text, engine = check_text, precision = check_text, score = check_text,
  table = check_text, key = check_text, executor = check_text, ray_address = check_text,
  seeds = check_number, epochs = check_number, train_size = check_number,
  workers = check_number, time_limit = check_number,
  any = check_flag, train = check_flag, dry_run = check_flag, retry_failed = check_flag,
  keep_models = check_flag,
  budget = check_budget, set = check_set, grid = check_grid, model = check_model
)

# What a verb cannot do without: NULL is left out on the way to Python.
needed_arguments <- list(
  load_study = "study", read_results = "study", read_epochs = "study", run_settings = "study",
  comparison_table = "study",
  published_table = c("study", "table"), compare_published = "study",
  compare_with = c("study", "scores"), plot_figure = c("study", "kind"),
  check_claims = "study",
  plan_seeds = "study", rank_configurations = "study", run_until_decided = "study",
  export_results = c("study", "directory"), import_results = "directory",
  show_model = "key", repeat_run = "key", export_model = c("key", "file"), check_data = "data"
)

check_needed <- function(verb, given, call) {
  lacking <- setdiff(needed_arguments[[verb]], names(given))
  if ("study" %in% lacking) {
    abort_study(NULL, call)
  }
  if (length(lacking) > 0) {
    abort_argument(lacking[1], "given", NULL, call)
  }
}

abort_argument <- function(name, wanted, given, call) {
  abort_tunegrid(paste0(name, " must be ", wanted, ", not ", kind_of(given), "."), "spec", call)
}

abort_study <- function(given, call) {
  wanted <- paste(
    "the id of a study, the path of a study.toml, or what load_study() or run_grid() returned"
  )
  abort_argument("study", wanted, given, call)
}

# Is it one text with something in it?
is_text <- function(value) {
  is.character(value) && length(value) == 1 && !is.na(value) && nzchar(value)
}

# Has Python a counterpart of its values?
is_plain <- function(value) {
  is.factor(value) || is.character(value) || is.numeric(value) || is.logical(value)
}

# What something is, for a sentence that says that it is the wrong thing.
kind_of <- function(value) {
  if (is.null(value)) {
    "NULL"
  } else if (is_python(value)) {
    paste("a Python object of class", sub("^.*[.]", "", class(value)[1]))
  } else if (is.function(value)) {
    "a function"
  } else if (is.data.frame(value)) {
    counts <- c(counted(nrow(value), "row"), counted(length(value), "column"))
    paste0("a data frame of ", paste(counts, collapse = " and "))
  } else if (is.factor(value)) {
    "a factor"
  } else if (is.object(value)) {
    paste("an object of class", class(value)[1])
  } else if (is.list(value)) {
    of <- if (is.null(names(value))) length(value) else toString(names(value), width = 60)
    paste("a list of", of)
  } else {
    kind_of_values(value)
  }
}

kind_of_values <- function(value) {
  word <- switch(typeof(value),
    character = "text", logical = "truth value", integer = , double = "number", "object"
  )
  if (!is.null(dim(value))) {
    paste0("an array of ", word, "s with the shape (", toString(dim(value)), ")")
  } else if (length(value) != 1) {
    paste("a vector of", counted(length(value), word))
  } else if (!is.null(names(value))) {
    paste("a vector of one", word, "called", names(value))
  } else if (is.na(value) || word %in% c("truth value", "object")) {
    paste(format(value))
  } else if (!nzchar(value)) {
    "an empty text"
  } else {
    shown <- format(value, digits = 7)
    paste("the", word, if (word == "text") paste0("'", strtrim(shown, 40), "'") else shown)
  }
}

counted <- function(number, noun) {
  paste0(number, " ", noun, if (number != 1) "s")
}
