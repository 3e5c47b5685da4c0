# What a report on paper has of its own: tables that keep within the page, and
# figures that LaTeX can take. Everything from outside goes through pandoc as text.

# Characters for which a line of a table has room, in small letters and in the smallest.
room <- c(scriptsize = 118, tiny = 145)

# How wide columns are: as they would like to be; where that is more than a page has,
# numbers only as their longest word: header.tex lets a name break behind an underscore.
widths_of <- function(cells, is_text) {
  longest <- \(texts) max(nchar(texts), 3) + 1
  least <- vapply(cells, \(one) longest(unlist(strsplit(one, "[ _]+"))), 1)
  wanted <- pmax(least, pmin(vapply(cells, longest, 1), 60)) + is_text # letters are wide
  if (sum(wanted) > room[[1]]) ifelse(is_text, wanted, least) else wanted
}

# A text in a cell: pandoc reads nothing into it. kable writes | as an entity.
paper_cell <- function(text) gsub("\\|", "|", plain(text), fixed = TRUE)

show_on_paper <- function(table, caption, digits) {
  is_score <- grepl("accuracy|loss|mean|_sd$|seconds", names(table))
  digits <- ifelse(is_score, pmin(digits, 4), digits)
  is_text <- vapply(table, \(one) is.character(one) || is.factor(one), NA)
  shown <- Map(\(one, digits) format(if (is.numeric(one)) round(one, digits) else one), table, digits)
  widths <- widths_of(Map(c, names(table), shown), is_text)
  table[is_text] <- lapply(table[is_text], \(one) ifelse(is.na(one), NA, paper_cell(one)))
  names(table) <- paper_cell(names(table))
  lines <- knitr::kable(table, format = "pipe", row.names = FALSE, digits = digits)
  # Pandoc gives columns their share of the page by these, where a row is long (--columns).
  lines[2] <- paste0(
    "|", paste0(ifelse(is_text, ":", ""), strrep("-", widths), ifelse(is_text, "", ":"), collapse = "|"), "|"
  )
  size <- names(room)[match(TRUE, sum(widths) <= room, nomatch = length(room))]
  raw_tex("\\begingroup\\", size)
  if (!is.null(caption)) cat("\nTable: ", plain(caption), "\n", sep = "")
  cat("\n", paste(lines, collapse = "\n"), "\n\n", sep = "")
  raw_tex("\\endgroup")
}

# LaTeX of ours: never with a text from outside.
raw_tex <- function(...) cat("\n\n```{=latex}\n", ..., "\n```\n\n", sep = "")

# A figure as LaTeX takes it: by the command rsvg-convert, or by the R package rsvg, whose
# PDF lacks the points. NULL where neither is.
drawn <- function(svg, stem) {
  dir.create(dirname(stem), showWarnings = FALSE, recursive = TRUE)
  made <- paste0(stem, ".pdf")
  if (nzchar(Sys.which("rsvg-convert"))) {
    system2("rsvg-convert", c("--format=pdf", "--output", shQuote(made), shQuote(svg)))
  } else if (requireNamespace("rsvg", quietly = TRUE)) {
    made <- paste0(stem, ".png")
    rsvg::rsvg_png(svg, made, width = 1600)
  }
  if (file.exists(made)) made
}

draw_on_paper <- function(name, kind, title, alt) {
  # A source of LaTeX can be taken elsewhere, with the folder that lies beside it.
  beside <- sub(paste0(getwd(), "/"), "", knitr::opts_chunk$get("fig.path"), fixed = TRUE)
  made <- drawn(file.path(params$directory, name), paste0(beside, gsub("[^a-z0-9-]", "", kind)))
  if (!is.null(made)) {
    cat("\n![", plain(title), ". ", plain(alt), "](", made, ")\n\n", sep = "")
  } else {
    cat(
      "\n*", plain(title), "*: the figure is left out, as nothing here draws SVG for LaTeX: ",
      "install Debian's librsvg2-bin, or the R package rsvg.\n\n", sep = ""
    )
  }
}
