# What all reports share. Everything was computed by the one who
# exported the folder; here it is read and shown. Nothing that is read is trusted:
# it is shown as the text that it is, wherever it goes.

options(knitr.kable.NA = "NA")
is_page <- identical(knitr::opts_knit$get("rmarkdown.pandoc.to"), "html")
is_paper <- identical(knitr::opts_knit$get("rmarkdown.pandoc.to"), "latex")
if (is_paper) source(file.path(params$templates, "paper.R"), local = TRUE)
# A file of a folder; NULL for one that is not there. No name leads out of it.
read <- function(name, folder = params$directory) {
  stopifnot(identical(basename(name), name))
  file <- file.path(folder, name)
  if (!file.exists(file)) {
    return(NULL)
  }
  # R's time to read a table grows with the square of its columns.
  first <- readLines(file, 1, warn = FALSE)
  commas <- lengths(gregexpr(",", first, fixed = TRUE, useBytes = TRUE))
  stopifnot("a table has more than 10000 columns" = commas < 10000)
  table <- utils::read.csv(file, check.names = FALSE, encoding = "UTF-8")
  # A column of numbers of which none is known looks like one of truth values.
  table[] <- lapply(table, \(one) if (is.logical(one) && all(is.na(one))) as.numeric(one) else one)
  table
}

# The words for what runs say of a claim, best known first.
verdicts <- c(
  "survives", "does not survive", "no difference that matters", "not shown by one run each",
  "undecided"
)

# Runs that were trained to their end as the protocol says, to the letter.
whole_of <- function(runs) {
  follows <- is.na(runs$departures) | !nzchar(runs$departures)
  runs[runs$outcome %in% "done" & follows, ]
}

# A run that two experiments share was trained once.
hours_of <- function(runs) {
  sum(runs$seconds[!duplicated(runs$key)]) / 3600
}

# Rows as texts. A column can be called as an argument of paste().
rows_of <- function(columns) {
  do.call(paste, c(unname(as.list(columns)), sep = "\r"))
}

# A table's own columns, in which its configurations differ, stand before `epochs`.
columns_before_epochs <- function(table) {
  names(table)[seq_len(match("epochs", names(table)) - 1)]
}

# Those of a table of runs begin with the study, the protocol and the experiment.
own_columns <- function(runs) {
  columns_before_epochs(runs)[-(1:3)]
}

# How many runs each configuration has.
seeds_of <- function(runs) {
  table(rows_of(runs[c("experiment", own_columns(runs))]))
}

# Verdicts are repeated under the settings of before where these were changed.
current <- function(table) {
  if (is.null(table$setting)) table else table[!table$setting %in% "first", ]
}

# Quarto reads {{< ... >}} as a command wherever it stands: not out of a text from outside.
is_quarto <- !is.null(knitr::opts_knit$get("quarto.version"))
still <- function(text) if (is_quarto) gsub("{{", "{\u200b{", text, fixed = TRUE) else text

# A text in one line, without what a terminal or a parser would obey.
one_line <- function(text) {
  still(gsub("[[:cntrl:]\u2028\u2029]+", " ", enc2utf8(as.character(text))))
}

# A text from outside in running markdown: pandoc reads nothing into it.
plain <- function(text) {
  text <- still(gsub("[[:cntrl:][:space:]]+", " ", enc2utf8(as.character(text))))
  text <- gsub("([\\\\`*{}\\[\\]<>#!|$~^&])", "\\\\\\1", text, perl = TRUE)
  # Within a word an underscore is one.
  gsub("(?<![[:alnum:]])_|_(?![[:alnum:]])", "\\\\_", text, perl = TRUE)
}

# In a cell of a markdown table only what could be more than a text.
cell <- function(text) {
  gsub("([\\\\`<>\\[\\]$])", "\\\\\\1", one_line(text), perl = TRUE)
}

# A text in HTML, also in an attribute.
html <- function(text) {
  text <- one_line(text)
  for (one in list(c("&", "&amp;"), c("<", "&lt;"), c(">", "&gt;"), c("\"", "&quot;"), c("'", "&#39;"))) {
    text <- gsub(one[1], one[2], text, fixed = TRUE)
  }
  text
}

# HTML of ours goes through pandoc untouched; of others there is none. No text in it
# ends the block: the fence is longer than any row of backticks there is.
raw <- function(...) {
  content <- paste0(...)
  longest <- max(0, nchar(unlist(regmatches(content, gregexpr("`+", content)))))
  fence <- strrep("`", max(3, longest + 1))
  cat("\n\n", fence, "{=html}\n", content, "\n", fence, "\n\n", sep = "")
}

counted <- function(number, noun, nouns = paste0(noun, "s")) {
  paste(format(number, big.mark = " "), if (number == 1) noun else nouns)
}

# Digits behind the point, column by column: where there are some, no number loses a tenth of itself.
digits_of <- function(table, digits) {
  if (digits == 0) {
    return(digits)
  }
  loses <- \(one) is.numeric(one) && any(abs(round(one, digits) - one) > abs(one) / 10, na.rm = TRUE)
  ifelse(vapply(table, loses, NA), getOption("digits"), digits)
}

show <- function(table, caption = NULL, digits = getOption("digits")) {
  if (is.null(table) || nrow(table) == 0) {
    return(invisible())
  }
  digits <- digits_of(table, digits)
  is_text <- vapply(table, \(one) is.character(one) || is.factor(one), NA)
  table[is_text] <- lapply(table[is_text], \(one) ifelse(is.na(one), NA, one_line(one)))
  names(table) <- one_line(names(table))
  if (is_page) {
    lines <- knitr::kable(
      table,
      format = "html", row.names = FALSE, digits = digits, escape = TRUE, table.attr = "class=\"grid table\"",
      caption = if (!is.null(caption)) html(caption)
    )
    raw("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"", html(c(caption, "table")[1]), "\">",
        paste(lines, collapse = "\n"), "</div>")
  } else if (is_paper) {
    show_on_paper(table, caption, digits)
  } else {
    table[is_text] <- lapply(table[is_text], \(one) ifelse(is.na(one), NA, cell(one)))
    names(table) <- cell(names(table))
    if (!is.null(caption)) cat("\n", plain(caption), "\n", sep = "")
    lines <- knitr::kable(table, format = "pipe", row.names = FALSE, digits = digits)
    cat("\n", paste(lines, collapse = "\n"), "\n\n", sep = "")
  }
}

# Details that are folded away on a page, and follow in a text.
fold <- function(summary, table, digits = getOption("digits")) {
  if (is.null(table) || nrow(table) == 0) {
    return(invisible())
  }
  if (is_page) raw("<details><summary>", html(summary), "</summary>")
  show(table, if (!is_page) summary, digits)
  if (is_page) raw("</details>")
}

# An accuracy with its interval, as 0.8944 [0.891, 0.898].
with_interval <- function(mean, low, high) {
  said <- sprintf("%.4f", mean)
  known <- !is.na(low) & !is.na(high)
  said[known] <- sprintf("%.4f [%.3f, %.3f]", mean[known], low[known], high[known])
  # On a page it stays in one line.
  if (is_page) said <- gsub(" ", "\u00a0", said, fixed = TRUE)
  ifelse(is.na(mean), NA, said)
}
