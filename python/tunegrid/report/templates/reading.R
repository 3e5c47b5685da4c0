# What the parts of a report share. Everything was computed by the one who
# exported the folder; here it is read and shown. Nothing that is read is trusted:
# it is shown as the text that it is, wherever it goes.

options(knitr.kable.NA = "NA")
is_page <- identical(knitr::opts_knit$get("rmarkdown.pandoc.to"), "html")
folder <- params$directory

# ---- Reading ---------------------------------------------------------------

# A file of the folder; NULL for one that is not there. No name leads out of it.
read <- function(name) {
  stopifnot(identical(basename(name), name))
  file <- file.path(folder, name)
  if (!file.exists(file)) {
    return(NULL)
  }
  table <- utils::read.csv(file, check.names = FALSE, encoding = "UTF-8")
  # A column of numbers of which none is known looks like one of truth values.
  table[] <- lapply(table, \(one) if (is.logical(one) && all(is.na(one))) as.numeric(one) else one)
  table
}

about <- read("about.csv")
dictionary <- read("dictionary.csv")
protocols <- read("protocols.csv")$protocol

# The files of a kind: those of a protocol whose name begins with this one's are others.
listed <- function(kind, protocol = about$protocol) {
  files <- unique(dictionary$file)
  longer <- protocols[startsWith(protocols, paste0(protocol, "-"))]
  beginning <- paste0(kind, "-", c(protocol, longer), "-")
  is_other <- vapply(files, \(file) any(startsWith(file, beginning[-1])), NA)
  files[startsWith(files, beginning[1]) & !is_other]
}

meaning_of <- function(file) {
  dictionary$meaning[dictionary$file == file & !nzchar(dictionary$column)][1]
}

of_protocol <- function(kind, protocol = about$protocol) {
  read(paste0(kind, "-", protocol, ".csv"))
}

# Verdicts are repeated under the settings of before where these were changed.
current <- function(table) {
  if (is.null(table$setting)) table else table[!table$setting %in% "first", ]
}

# ---- Showing ---------------------------------------------------------------

# A text from outside in running markdown: pandoc reads nothing into it.
plain <- function(text) {
  text <- gsub("[[:cntrl:][:space:]]+", " ", enc2utf8(as.character(text)))
  text <- gsub("([\\\\`*{}\\[\\]<>#!|$~^&])", "\\\\\\1", text, perl = TRUE)
  # Within a word an underscore is one.
  gsub("(?<![[:alnum:]])_|_(?![[:alnum:]])", "\\\\_", text, perl = TRUE)
}

# In a cell of a markdown table only what could be more than a text.
cell <- function(text) {
  text <- gsub("[[:cntrl:]]+", " ", enc2utf8(as.character(text)))
  gsub("([\\\\`<>\\[\\]])", "\\\\\\1", text, perl = TRUE)
}

# A text in HTML, also in an attribute.
html <- function(text) {
  text <- gsub("[[:cntrl:]]+", " ", enc2utf8(as.character(text)))
  for (one in list(c("&", "&amp;"), c("<", "&lt;"), c(">", "&gt;"), c("\"", "&quot;"), c("'", "&#39;"))) {
    text <- gsub(one[1], one[2], text, fixed = TRUE)
  }
  text
}

# HTML of ours goes through pandoc untouched; of others there is none.
raw <- function(...) {
  cat("\n\n```{=html}\n", paste0(...), "\n```\n\n", sep = "")
}

counted <- function(number, noun, nouns = paste0(noun, "s")) {
  paste(format(number, big.mark = " "), if (number == 1) noun else nouns)
}

show <- function(table, caption = NULL, digits = getOption("digits")) {
  if (is.null(table) || nrow(table) == 0) {
    return(invisible())
  }
  if (is_page) {
    lines <- knitr::kable(
      table,
      format = "html", row.names = FALSE, digits = digits, escape = TRUE, table.attr = "class=\"grid\"",
      caption = if (!is.null(caption)) html(caption)
    )
    raw("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"", html(c(caption, "table")[1]), "\">",
        paste(lines, collapse = "\n"), "</div>")
  } else {
    is_text <- vapply(table, \(one) is.character(one) || is.factor(one), NA)
    table[is_text] <- lapply(table[is_text], \(one) ifelse(is.na(one), NA, cell(one)))
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

picture <- function(kind) {
  name <- paste0("figure-", about$protocol, "-", kind, ".svg")
  if (!name %in% dictionary$file || !file.exists(file.path(folder, name))) {
    return(invisible())
  }
  said <- strsplit(meaning_of(name), ": ", fixed = TRUE)[[1]]
  title <- said[1]
  alt <- paste(said[-1], collapse = ": ")
  if (is_page) {
    # In an image no script runs, and nothing is fetched.
    coded <- knitr::image_uri(file.path(folder, name))
    raw("<figure><img alt=\"", html(alt), "\" src=\"", coded, "\"><figcaption>", html(title),
        ". ", html(alt), "</figcaption></figure>")
  } else {
    beside <- knitr::opts_chunk$get("fig.path")
    dir.create(dirname(paste0(beside, name)), showWarnings = FALSE, recursive = TRUE)
    file.copy(file.path(folder, name), paste0(beside, name), overwrite = TRUE)
    cat("\n![", plain(alt), "](", beside, name, ")\n\n*", plain(title), ".*\n\n", sep = "")
  }
}

# An accuracy with its interval, as 0.8944 [0.891, 0.898].
with_interval <- function(mean, low, high) {
  said <- sprintf("%.4f", mean)
  known <- !is.na(low) & !is.na(high)
  said[known] <- sprintf("%.4f [%.3f, %.3f]", mean[known], low[known], high[known])
  ifelse(is.na(mean), NA, said)
}

# ---- What is known of the runs ----------------------------------------------

runs <- of_protocol("results")
done <- runs[runs$outcome %in% "done", ]
is_whole <- is.na(done$departures) | !nzchar(done$departures)
whole <- done[is_whole, ]
claims <- current(of_protocol("claims"))
compared <- current(of_protocol("compared"))
audit <- read("audit.csv")
comparisons <- lapply(stats::setNames(nm = listed("comparison")), read)
