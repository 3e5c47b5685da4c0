# What is still true of what was said of a table, whatever was done to its rows
# since. It is found when it is printed, as no class hears of all that is done:
# dplyr's bind_rows() keeps what the first table carries.

said_of <- function(table) {
  said <- list(
    caption = attr(table, "caption"), note = attr(table, "note"), hidden = attr(table, "hidden")
  )
  whole <- attr(table, "made_of")
  if (is.null(whole)) {
    return(said)
  }
  frame <- plain_frame(table)
  places <- places_in(frame, whole)
  if (is.null(places)) {
    said <- said_of_others(said, frame)
  } else {
    said$caption <- caption_of(said$caption, frame, whole)
    said$note <- note_of(said$note, frame, whole, places, isTRUE(attr(table, "compares")))
  }
  said
}

# A table of ours beside the published: its note is about the order of its rows.
new_comparison <- function(frame) {
  attr(frame, "compares") <- TRUE
  new_table(frame)
}

# Which row of `whole` each row is, by the columns that are in both; NULL when one
# of them is none. Numbers may have been rounded.
places_in <- function(frame, whole) {
  shared <- intersect(names(frame), names(whole))
  if (nrow(frame) == 0) {
    return(integer())
  }
  if (length(shared) == 0) {
    return(NULL)
  }
  texts <- Map(\(one, other) texts_of(one, other), frame[shared], whole[shared])
  rows <- numbered(lapply(texts, \(pair) pair$one))
  places <- match(rows, numbered(lapply(texts, \(pair) pair$other)))
  if (anyNA(places)) NULL else places
}

texts_of <- function(one, other) {
  if (is.double(one) && is.double(other)) {
    for (digits in if (all(one %in% other)) NULL else 6:2) {
      rounded <- round(other, digits)
      if (all(one %in% rounded)) {
        other <- rounded
        break
      }
    }
  }
  list(one = as.character(one), other = as.character(other))
}

# Rows as texts; equal ones are told apart by their number.
numbered <- function(columns) {
  rows <- do.call(paste, c(unname(columns), sep = "\r"))
  paste(rows, stats::ave(seq_along(rows), rows, FUN = seq_along))
}

# Of rows that are not all of the one table nobody knows what they are; that some
# are no replication must not be lost.
said_of_others <- function(said, frame) {
  departs <- any(!is.na(frame$departures) & nzchar(as.character(frame$departures)))
  is_marked <- departs || any(grepl("NO REPLICATION|not all are replications", said$caption))
  list(
    caption = c(
      "Rows of more than one table, or changed since: what was said of each holds no longer.",
      if (is_marked) "Not all of them are replications of a study."
    ),
    hidden = if (departs) setdiff(said$hidden, "departures") else said$hidden
  )
}

# A caption that lists experiments lists those that are there.
caption_of <- function(caption, frame, whole) {
  if (is.null(frame$experiment) || is.null(caption) || nrow(frame) == 0) {
    return(caption)
  }
  listed <- \(rows) toString(unique(as.character(sort(rows$experiment))))
  sub(listed(whole), listed(frame), caption, fixed = TRUE)
}

note_of <- function(note, frame, whole, places, compares) {
  is_whole <- nrow(frame) == nrow(whole)
  if (compares) {
    needed <- intersect(c("experiment", "published_accuracy", "accuracy"), names(whole))
    has_same <- all(needed %in% names(frame)) && identical(
      lapply(frame[needed], as.character), lapply(whole[places, needed, drop = FALSE], as.character)
    )
    return(if (!has_same || is.null(note)) NULL else if (is_whole) note else agreement_notes(frame))
  }
  # Sentences that begin with the id of a row go with it.
  gone <- setdiff(whole$id, whole$id[places])
  is_gone <- vapply(note, \(one) any(startsWith(one, paste0(gone, ": "))), NA)
  note <- note[!is_gone & (is_whole | !grepl("\u03c4", note, fixed = TRUE))]
  if (length(note) > 0) note
}

# How far our order of the rows is the published one, for each experiment, in
# Python's words. A folder has no such sentence, and Python is not there to ask.
agreement_notes <- function(frame) {
  if (!all(c("published_accuracy", "accuracy", "replicates") %in% names(frame))) {
    return(NULL)
  }
  if (is.null(frame$experiment)) {
    return(agreement_note(frame))
  }
  parts <- split(frame, factor(frame$experiment, unique(as.character(frame$experiment))))
  parts <- Filter(\(part) !all(is.na(part$published_accuracy)), parts)
  notes <- Map(\(part, name) paste0(name, ": ", agreement_note(part)), parts, names(parts))
  unlist(notes, use.names = FALSE)
}

agreement_note <- function(frame) {
  done <- frame[frame$replicates > 0, ]
  kinds <- intersect(c("departures", "engine", "backend", "device"), names(done))
  kinds <- Filter(\(kind) !all(is.na(frame[[kind]])), kinds)
  of <- rep("", nrow(done))
  if (length(kinds) > 0 && nrow(unique(done[kinds])) > 1) {
    of <- apply(as.matrix(done[kinds]), 1, \(values) toString(values[nzchar(values)]))
    of[!nzchar(of)] <- "no departures"
  }
  said <- vapply(unique(of), \(kind) agreement(done[of == kind, ], kind), "")
  said <- said[nzchar(said)]
  if (length(said) == 0) {
    return("Rank agreement with the published order: too few configurations to say.")
  }
  paste(said, collapse = "\n")
}

# The most rows whose order is compared: R's time for it grows with their square.
most_ranked <- 10000L

# Kendall's tau-b, which is R's too.
agreement <- function(done, kind) {
  both <- stats::na.omit(data.frame(done$published_accuracy, done$accuracy))
  if (any(vapply(both, \(one) length(unique(one)), 1L) <= 1)) {
    return("")
  }
  of <- if (nzchar(kind)) paste0(" of the runs with ", kind) else ""
  if (nrow(both) > most_ranked) {
    return(sprintf("Rank agreement%s: not computed for more than %d configurations.", of, most_ranked))
  }
  tau <- stats::cor(both[[1]], both[[2]], method = "kendall")
  sprintf(
    "Rank agreement%s with the published order: Kendall's \u03c4 = %.2f (n = %d configurations).",
    of, tau, nrow(both)
  )
}
