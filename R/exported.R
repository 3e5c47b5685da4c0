# Reading an exported folder with no Python. The exporter has done all that is
# to be computed; here files are chosen, read and put below each other.

exported_results <- function(study, experiments, protocol, any, folder, call = caller_env()) {
  check_exported(study, folder, call)
  protocol <- exported_protocol(protocol, folder, call)
  name <- paste0("results-", protocol, ".csv")
  runs <- read_exported(folder, name, call)
  if (!all(c("experiment", "epochs", "departures", "outcome", "key") %in% names(runs))) {
    abort_damaged(file.path(folder, name), call)
  }
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
  known <- exported_names(beginning, folder, call, protocol)
  wanted <- exported_experiments(experiments, known, folder, call)
  files <- paste0(beginning, wanted, ".csv")
  tables <- lapply(files, \(name) read_exported(folder, name, call))
  names(tables) <- wanted
  frame <- if (length(tables) == 1) tables[[1]] else stack_tables(tables)
  attr(frame, "caption") <- if (length(tables) == 1) {
    exported_dictionary(folder, call)[[files]]
  } else {
    paste0(exported_study(folder, call), " ", toString(wanted), ", protocol ", protocol)
  }
  attr(frame, "note") <- agreement_notes(frame)
  new_comparison(frame)
}

# A table of verdicts, as the exporter has computed it.
exported_judged <- function(kind, study, protocol, folder, call = caller_env()) {
  check_exported(study, folder, call)
  protocol <- exported_protocol(protocol, folder, call)
  name <- paste0(kind, "-", protocol, ".csv")
  if (!name %in% names(exported_dictionary(folder, call))) {
    said <- paste0(folder, " has no verdicts: export it again with this tunegrid.")
    abort_tunegrid(said, "store", call)
  }
  frame <- read_exported(folder, name, call)
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
  found <- exported_study(folder, call)
  if (!identical(as.character(asked), found)) {
    said <- paste0(folder, " is an export of ", found, ", not of ", asked, ".")
    abort_tunegrid(said, "spec", call)
  }
}

# The manifest is JSON with one entry a line; two of them are needed.
exported_study <- function(folder, call = caller_env()) {
  file <- exported_file(folder, "manifest.json", call)
  lines <- suppressWarnings(readLines(file, encoding = "UTF-8"))
  entry <- grep('^ *"study": ', lines, value = TRUE)[1]
  sub('^ *"study": "(.*)",?$', "\\1", entry)
}

# The default protocol is listed first.
exported_protocol <- function(protocol, folder, call) {
  known <- exported_names("results-", folder, call)
  if (length(known) == 0 || !all(protocol %in% known)) {
    said <- paste0(folder, " has runs of ", toString(known), " and of no other protocol.")
    abort_tunegrid(said, "spec", call)
  }
  c(protocol, known)[1]
}

# What of the listed file names stands between a beginning and the ending. Files of
# a protocol whose name begins as another's, such as as-run-pooled, are its own.
exported_names <- function(beginning, folder, call, protocol = NULL) {
  files <- names(exported_dictionary(folder, call))
  files <- files[startsWith(files, beginning)]
  known <- read_exported(folder, "protocols.csv", call)$protocol
  longer <- known[startsWith(known, paste0(protocol, "-"))]
  for (other in if (!is.null(protocol)) longer) {
    files <- files[!startsWith(files, paste0(sub(paste0(protocol, "-$"), "", beginning), other, "-"))]
  }
  setdiff(sub("[.]csv$", "", substring(files, nchar(beginning) + 1)), "*")
}

# What each of the tables for people is, by its file's name.
exported_dictionary <- function(folder, call) {
  rows <- read_csv_of(exported_file(folder, "dictionary.csv", call), call, colClasses = "character")
  if (!all(c("file", "column", "meaning") %in% names(rows))) {
    abort_damaged(file.path(folder, "dictionary.csv"), call)
  }
  rows <- rows[!nzchar(rows$column), ]
  strange <- rows$file[!is_plain_name(rows$file)]
  if (length(strange) > 0) {
    said <- paste0(
      file.path(folder, "dictionary.csv"), " names ", encodeString(strange[1], quote = "'"),
      ", which is no file of the folder: get the export again."
    )
    abort_tunegrid(said, "store", call)
  }
  stats::setNames(rows$meaning, rows$file)
}

is_plain_name <- function(name) {
  !is.na(name) & grepl("^[^/\\\\]+$", name) & !name %in% c(".", "..")
}

# The most bytes of a file that is read here, and of a manifest, as Python has it.
exported_most <- 256 * 1024^2
manifest_most <- 4 * 1024^2

# The most files that a manifest lists.
most_files <- 10000L

# The path of a file that lies in the folder itself. Somebody else may have made the
# folder: no path that leads out of it, no link, no pipe (which has no size), nothing
# without end.
exported_file <- function(folder, name, call) {
  file <- file.path(folder, name)
  refuse <- \(said) abort_tunegrid(paste0(file, " ", said, "."), "store", call)
  if (!is_plain_name(name)) {
    refuse("is no file of the folder: get the export again")
  }
  link <- Sys.readlink(file)
  if (!is.na(link) && nzchar(link)) {
    refuse("is a symbolic link, which is not followed: get the export again")
  }
  size <- file.size(file)
  if (is.na(size) || dir.exists(file) || size == 0) {
    refuse("is missing or empty: get the export again")
  }
  most <- if (name == "manifest.json") manifest_most else exported_most
  if (size > most) {
    refuse(paste("is larger than", most / 1024^2, "MiB, which is the most"))
  }
  # R would unpack it without being asked, whatever comes out.
  begins <- as.integer(readBin(file, "raw", 2))
  packed <- list(
    c(31L, 139L), c(66L, 90L), c(253L, 55L), c(93L, 0L), c(80L, 75L), c(255L, 76L), c(40L, 181L)
  )
  if (any(vapply(packed, identical, NA, begins))) {
    refuse("is a packed file: get the export again")
  }
  if (name != "manifest.json" && !identical(exported_digests(folder, call)[name], digest_of(file, name))) {
    refuse("is not as it was exported (its SHA-256 differs from that in manifest.json)")
  }
  file
}

digest_of <- function(file, name) {
  stats::setNames(cli::hash_file_sha256(file), name)
}

# The SHA-256 of each file that the manifest lists. It is asked for with each file, and
# read once: somebody may have listed thousands.
exported_digests <- function(folder, call) {
  file <- exported_file(folder, "manifest.json", call)
  digest <- cli::hash_file_sha256(file)
  if (!identical(listed$digest, digest)) {
    lines <- readLines(file, encoding = "UTF-8", warn = FALSE)
    pattern <- '^ *"([^"]+)": "([0-9a-f]{64})",?$'
    lines <- grep(pattern, lines, value = TRUE)
    if (length(lines) > most_files) {
      said <- paste0(file, " lists more than ", most_files, " files, which is the most.")
      abort_tunegrid(said, "store", call)
    }
    listed$files <- stats::setNames(sub(pattern, "\\2", lines), sub(pattern, "\\1", lines))
    listed$digest <- digest
    listed$texts <- NULL
  }
  listed$files
}

# What the manifest says that was read last.
listed <- new.env(parent = emptyenv())

# A copy of what a folder's manifest lists and a report reads, each as it was
# exported: nothing else is read then.
taken_export <- function(folder, target, call) {
  dir.create(target, recursive = TRUE)
  names <- c("manifest.json", names(exported_digests(folder, call)))
  for (name in grep("[.](csv|svg|json)$", names, value = TRUE)) {
    file.copy(exported_file(folder, name, call), file.path(target, name))
  }
  # Somebody may have changed the folder between the look at a file and its copy.
  for (name in setdiff(list.files(target), "manifest.json")) exported_file(target, name, call)
  target
}

# The most columns of a table: R's time to read one grows with their square.
most_columns <- 10000L

read_csv_of <- function(file, call, ...) {
  first <- suppressWarnings(readLines(file, 1, warn = FALSE))
  commas <- lengths(gregexpr(",", first, fixed = TRUE, useBytes = TRUE))
  if (any(commas >= most_columns)) {
    said <- paste0(file, " has more than ", most_columns, " columns, which is the most.")
    abort_tunegrid(said, "store", call)
  }
  tryCatch(
    suppressWarnings(utils::read.csv(file, ..., check.names = FALSE, encoding = "UTF-8")),
    error = \(condition) abort_damaged(file, call)
  )
}

abort_damaged <- function(file, call) {
  abort_tunegrid(paste0(file, " is damaged: get the export again."), "store", call)
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
  replicates = "integer", replicate = "integer", best_epoch = "integer", parameters = "numeric",
  loss = "numeric", accuracy = "numeric", accuracy_sd = "numeric", seconds = "numeric",
  val_accuracy = "numeric", test_accuracy = "numeric",
  slack = "numeric", slack_low = "numeric", slack_high = "numeric", share = "numeric",
  share_low = "numeric", share_high = "numeric", p = "numeric", p_holm = "numeric",
  published_loss = "numeric", published_accuracy = "numeric",
  published = NA, mean = "numeric", sd = "numeric", difference = "numeric", low = "numeric",
  high = "numeric", setting = "character", note = "character", why = "character",
  departures = "character", failure = "character", message = "character", key = "character",
  outcome = "character"
)

# The columns of configurations that are texts, whatever these look like: to R a label T
# is a truth value, and 007 is seven.
text_columns <- function(folder, call) {
  if (!"plan.csv" %in% names(exported_digests(folder, call))) {
    return(character())
  }
  if (is.null(listed$texts)) {
    plan <- read_csv_of(exported_file(folder, "plan.csv", call), call, colClasses = "character")
    rows <- unique(as.character(plan[["configuration"]]))
    found <- as.character(unique(unlist(regmatches(rows, gregexpr('"[^"\\\\]+":"', rows)))))
    listed$texts <- substr(found, 2, nchar(found) - 3)
  }
  listed$texts
}

read_exported <- function(folder, name, call) {
  file <- exported_file(folder, name, call)
  header <- names(read_csv_of(file, call, nrows = 1))
  known <- exported_types[intersect(names(exported_types), header)]
  texts <- intersect(setdiff(header, names(known)), text_columns(folder, call))
  known <- c(known, stats::setNames(rep("character", length(texts)), texts))
  read_csv_of(file, call, colClasses = known, na.strings = c("NA", ""))
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
