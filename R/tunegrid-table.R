#' Tables that print as tibbles and knit as kables
#'
#' Verbs such as [comparison_table()] return data frames of class
#' `tunegrid_table`. They are data frames in every other respect. In the console
#' they print as tibbles do, by the package pillar where it is installed; in a
#' document they are tables of [knitr::kable()], with all rows. A caption and
#' what is to be said below the table go to the standard error, so that the
#' standard output is the table and nothing else.
#'
#' What is said of a table follows its rows. Of some of them, by `[`, [subset()]
#' or dplyr's verbs, the caption still holds, and the rank agreement is that of
#' these rows. Where rows of another table stand below it, or values are others,
#' neither is said any more; whether there are runs that are no replications is.
#'
#' @param x A table.
#' @param n How many rows to print, 20 by default; `Inf` for all.
#' @param width How wide a line may be; `Inf` for all columns.
#' @param ... For `format()`: further arguments of [knitr::kable()]; with some,
#'   `print()` prints what `format()` gives. Else not used.
#' @param row.names,optional Not used.
#'
#' @returns `format()`: the lines of the table as [knitr::kable()] has them, all
#'   rows and columns. `print()`: the table, invisibly. `as.data.frame()`: a data
#'   frame and nothing more.
#' @seealso [plot.tunegrid_run()] for pictures of them.
#' @name tunegrid_table
#' @examples
#' folder <- system.file("extdata", "kh2021", package = "tunegrid")
#' table <- comparison_table("kh2021", experiments = "two-layer", directory = folder)
#' print(table, n = 3)
#' head(as.data.frame(table), 2)
#' table[1:3, c("layer1", "layer2", "published_accuracy", "accuracy")]
NULL

# What is said of a table goes with the rows that it was made of.
new_table <- function(frame) {
  if (!is.null(attr(frame, "caption")) || !is.null(attr(frame, "note"))) {
    attr(frame, "made_of") <- plain_frame(frame)
  }
  class(frame) <- c("tunegrid_table", "data.frame")
  frame
}

plain_frame <- function(table) {
  list2DF(lapply(table, identity), nrow = nrow(table))
}

#' @rdname tunegrid_table
#' @export
format.tunegrid_table <- function(x, ...) {
  kable_lines(shown(x), attr(x, "digits"), ...)
}

#' @rdname tunegrid_table
#' @export
print.tunegrid_table <- function(x, n = NULL, width = NULL, ...) {
  check_room(n, "n", 0, environment())
  check_room(width, "width", 1, environment())
  said <- said_of(x)
  tell(said$caption)
  if (...length() > 0) {
    writeLines(format(x, ...))
  } else {
    is_whole <- isTRUE(attr(x, "whole"))
    n <- c(n, if (is_whole) Inf, 20)[1]
    width <- c(width, if (is_whole) Inf, getOption("width"))[1]
    writeLines(console_lines(shown(x), n, width, attr(x, "digits")))
  }
  tell(said$note)
  invisible(x)
}

# How much of a table is printed: a number, `least` or more, or Inf.
check_room <- function(value, name, least, call) {
  is_number <- is.numeric(value) && length(value) == 1 && !is.na(value)
  if (!(is.null(value) || (is_number && value >= least))) {
    abort_argument(name, paste("a number from", least, "on, or Inf"), value, call)
  }
}

#' @rdname tunegrid_table
#' @importFrom knitr knit_print
#' @method knit_print tunegrid_table
#' @export
knit_print.tunegrid_table <- function(x, ...) {
  said <- said_of(x)
  caption <- paste(said$caption, collapse = " ")
  caption <- if (nzchar(caption)) caption
  digits <- c(attr(x, "digits"), getOption("digits"))[1]
  table <- knitted_table(shown(x), caption, digits = digits)
  notes <- listed_notes(in_document(said$note))
  knitr::asis_output(paste(c("", table, "", notes, ""), collapse = "\n"))
}

# Lines that follow each other are one paragraph in a document.
listed_notes <- function(notes) {
  if (length(notes) > 1) paste("-", notes) else notes
}

# R keeps what else a data frame carries when rows are taken, not when columns are.
#' @export
`[.tunegrid_table` <- function(x, ...) {
  part <- NextMethod()
  if (is.data.frame(part)) {
    kept <- attributes(x)
    for (name in setdiff(names(kept), c("names", "row.names", "class"))) {
      attr(part, name) <- kept[[name]]
    }
  }
  part
}

#' @rdname tunegrid_table
#' @export
as.data.frame.tunegrid_table <- function(x, row.names = NULL, optional = FALSE, ...) {
  plain_frame(x)
}

# What of a table is printed: not what its caption says already.
shown <- function(table) {
  frame <- as.data.frame(table)
  frame[setdiff(names(frame), said_of(table)$hidden)]
}

tell <- function(lines) {
  for (line in lines) {
    message(escaped(line))
  }
}

# `usual` are the digits of a table for which none are given.
kable_lines <- function(frame, usual, ...) {
  options <- list(format = "pipe", row.names = FALSE, ...)
  options$digits <- c(options$digits, usual)[1]
  as.character(do.call(knitr::kable, c(list(with_texts(frame, escaped)), options)))
}

# A table as tibbles are printed, with an accuracy's four digits.
console_lines <- function(frame, n, width, digits = NULL,
                          by_pillar = requireNamespace("pillar", quietly = TRUE)) {
  if (nrow(frame) == 0 || length(frame) == 0 || !by_pillar) {
    return(cut_lines(frame, n, width, digits))
  }
  # pillar breaks lines at the console's width, and cuts texts there, whatever it is asked.
  asked <- options(
    pillar.sigfig = getOption("pillar.sigfig", 4),
    width = if (is.finite(width)) getOption("width") else 10000L
  )
  on.exit(options(asked))
  frame <- with_texts(frame, escaped)
  class(frame) <- c("tbl", "data.frame")
  format(frame, n = min(n, nrow(frame)), width = width)
}

# A kable that is cut to what the console has room for, and says what it lacks.
cut_lines <- function(frame, n, width, digits) {
  top <- utils::head(frame, min(n, nrow(frame)))
  lines <- kable_lines(top, digits)
  dropped <- character()
  while (max(nchar(lines)) > width && length(top) > 0) {
    shorter <- shorten_texts(top, max(nchar(lines)) - width)
    if (is.null(shorter)) {
      if (length(top) == 1) break
      dropped <- c(names(top)[length(top)], dropped)
      top <- top[-length(top)]
    } else {
      top <- shorter
    }
    lines <- kable_lines(top, digits)
  }
  rows <- nrow(frame) - nrow(top)
  c(
    lines,
    if (rows > 0) {
      paste0("\u2026 with ", counted(rows, "more row"), ", print(n = Inf) shows all")
    },
    if (length(dropped) > 0) {
      paste0(
        "\u2026 with ", counted(length(dropped), "more column"), " (", toString(dropped, 60),
        "), print(width = Inf) shows all"
      )
    }
  )
}

# The longest texts of a frame cut by so many letters; NULL where nothing is left to cut.
shorten_texts <- function(frame, by, least = 20) {
  is_text <- vapply(frame, \(one) is.character(one) || is.factor(one), NA)
  widths <- vapply(frame, \(one) max(nchar(as.character(one)), 0, na.rm = TRUE), 0)
  widths[!is_text] <- 0
  longest <- which.max(widths)
  room <- max(widths[longest] - by, least, nchar(names(frame)[longest]))
  if (room >= widths[longest]) {
    return(NULL)
  }
  texts <- as.character(frame[[longest]])
  is_long <- !is.na(texts) & nchar(texts) > room
  texts[is_long] <- paste0(substr(texts[is_long], 1, room - 1), "\u2026")
  frame[[longest]] <- texts
  frame
}
