# Reading an exported folder with no Python. The exporter has done all that is
# to be computed; here files are chosen, read and put below each other.

exported_results <- function(study, experiments, protocol, any, folder, call = caller_env()) {
  check_exported(study, folder, call)
  protocol <- exported_protocol(protocol, folder, call)
  runs <- read_exported(file.path(folder, paste0("results-", protocol, ".csv")))
  wanted <- exported_experiments(experiments, unique(runs$experiment), folder, call)
  runs <- runs[runs$experiment %in% wanted & (any | is.na(runs$departures)), ]
  runs$departures[is.na(runs$departures)] <- ""
  runs$experiment <- factor(runs$experiment, levels = unique(runs$experiment))
  rownames(runs) <- NULL
  runs
}

exported_comparison <- function(study, experiments, protocol, folder, call = caller_env()) {
  check_exported(study, folder, call)
  protocol <- exported_protocol(protocol, folder, call)
  beginning <- paste0("comparison-", protocol, "-")
  known <- exported_names(beginning, folder, protocol)
  wanted <- exported_experiments(experiments, known, folder, call)
  files <- paste0(beginning, wanted, ".csv")
  tables <- lapply(file.path(folder, files), read_exported)
  names(tables) <- wanted
  frame <- if (length(tables) == 1) tables[[1]] else stack_tables(tables)
  attr(frame, "caption") <- if (length(tables) == 1) {
    exported_dictionary(folder)[[files]]
  } else {
    paste0(exported_study(folder), " ", toString(wanted), ", protocol ", protocol)
  }
  attr(frame, "note") <- agreement_notes(frame)
  new_comparison(frame)
}

# A table of verdicts, as the exporter has computed it.
exported_judged <- function(kind, study, protocol, folder, call = caller_env()) {
  check_exported(study, folder, call)
  protocol <- exported_protocol(protocol, folder, call)
  file <- file.path(folder, paste0(kind, "-", protocol, ".csv"))
  if (!file.exists(file)) {
    said <- paste0(folder, " has no verdicts: export it again with this tunegrid.")
    abort_tunegrid(said, "store", call)
  }
  frame <- read_exported(file)
  attr(frame, "note") <- frame$sentence
  new_table(frame[setdiff(names(frame), "sentence")])
}

check_directory_only <- function(where, preset, store, any = NULL, call = caller_env()) {
  given <- c(
    where = !is.null(where), preset = !identical(c(preset, "full")[1], "full"),
    store = !is.null(store), any = isTRUE(any)
  )
  if (base::any(given)) {
    said <- paste0(
      "directory and ", names(given)[given][1], " do not go together: import_results() ",
      "brings the folder into a store, where they do."
    )
    abort_tunegrid(said, "spec", call)
  }
}

# Refuses what is no whole export, and the export of another study.
check_exported <- function(study, folder, call) {
  if (!file.exists(file.path(folder, "manifest.json"))) {
    said <- paste0(folder, " holds no whole export: it has no manifest.json.")
    abort_tunegrid(said, "store", call)
  }
  asked <- if (inherits(study, c("tunegrid_study", "tunegrid_run"))) {
    c(study$id, study$study)[1]
  } else if (is_text(study)) {
    study
  } else {
    abort_study(study, call)
  }
  if (!identical(as.character(asked), exported_study(folder))) {
    said <- paste0(folder, " is an export of ", exported_study(folder), ", not of ", asked, ".")
    abort_tunegrid(said, "spec", call)
  }
}

# The manifest is JSON with one entry a line; two of them are needed.
exported_study <- function(folder) {
  lines <- readLines(file.path(folder, "manifest.json"), encoding = "UTF-8")
  entry <- grep('^ *"study": ', lines, value = TRUE)[1]
  sub('^ *"study": "(.*)",?$', "\\1", entry)
}

# The default protocol is listed first.
exported_protocol <- function(protocol, folder, call) {
  known <- exported_names("results-", folder)
  if (length(known) == 0 || !all(protocol %in% known)) {
    said <- paste0(folder, " has runs of ", toString(known), " and of no other protocol.")
    abort_tunegrid(said, "spec", call)
  }
  c(protocol, known)[1]
}

# What of the listed file names stands between a beginning and the ending. Files of
# a protocol whose name begins as another's, such as as-run-pooled, are its own.
exported_names <- function(beginning, folder, protocol = NULL) {
  files <- names(exported_dictionary(folder))
  files <- files[startsWith(files, beginning)]
  known <- utils::read.csv(file.path(folder, "protocols.csv"))$protocol
  longer <- known[startsWith(known, paste0(protocol, "-"))]
  for (other in if (!is.null(protocol)) longer) {
    files <- files[!startsWith(files, paste0(sub(paste0(protocol, "-$"), "", beginning), other, "-"))]
  }
  setdiff(sub("[.]csv$", "", substring(files, nchar(beginning) + 1)), "*")
}

# What each of the tables for people is, by its file's name.
exported_dictionary <- function(folder) {
  rows <- utils::read.csv(file.path(folder, "dictionary.csv"), encoding = "UTF-8")
  rows <- rows[!nzchar(rows$column), ]
  stats::setNames(rows$meaning, rows$file)
}

exported_experiments <- function(experiments, known, folder, call) {
  if (is.null(experiments)) {
    return(known)
  }
  asked <- trimws(unlist(strsplit(experiments, ",")))
  unknown <- setdiff(asked, known)
  if (length(unknown) > 0) {
    said <- paste0(
      folder, " has no experiment called '", unknown[1], "': choose from ", toString(known), "."
    )
    abort_tunegrid(said, "spec", call)
  }
  intersect(known, asked)
}

# Types of columns that a file with nothing but NA in them cannot tell.
exported_types <- c(
  replicates = "integer", replicate = "integer", best_epoch = "integer", parameters = "integer",
  loss = "numeric", accuracy = "numeric", accuracy_sd = "numeric", seconds = "numeric",
  val_accuracy = "numeric", test_accuracy = "numeric",
  slack = "numeric", slack_low = "numeric", slack_high = "numeric", share = "numeric",
  share_low = "numeric", share_high = "numeric", p = "numeric", p_holm = "numeric",
  published = NA, mean = "numeric", sd = "numeric", difference = "numeric", low = "numeric",
  high = "numeric", setting = "character", note = "character", why = "character",
  departures = "character", failure = "character", message = "character", key = "character",
  outcome = "character"
)

read_exported <- function(file) {
  header <- names(utils::read.csv(file, nrows = 1, check.names = FALSE))
  known <- exported_types[intersect(names(exported_types), header)]
  utils::read.csv(
    file,
    colClasses = known, na.strings = c("NA", ""), check.names = FALSE, encoding = "UTF-8"
  )
}

# Names with those of another list, each behind the one that it follows there: the
# order in which Python puts tables below each other.
merge_names <- function(names, more) {
  place <- min(match(more, names), length(names) + 1, na.rm = TRUE)
  for (name in more) {
    if (!name %in% names) {
      names <- append(names, name, place - 1)
    }
    place <- match(name, names) + 1
  }
  names
}

# Tables below each other; what one lacks is NA.
stack_tables <- function(tables) {
  columns <- Reduce(merge_names, lapply(tables, names))
  widened <- lapply(tables, \(table) {
    table[setdiff(columns, names(table))] <- NA
    table[columns]
  })
  rows <- vapply(tables, nrow, integer(1))
  experiment <- factor(rep(names(tables), rows), levels = names(tables))
  stacked <- cbind(experiment = experiment, do.call(rbind, unname(widened)))
  rownames(stacked) <- NULL
  stacked
}
