# Texts of studies, stores and exports, which anybody can write, as a person may see them.

# What a terminal obeys or hides, as errors.py has it: control characters but for line
# ends and tabs, marks that turn the direction of writing, letters without a width.
# From each first code to before each second one.
controls <- c(
  1, 9, 11, 32, 0x7f, 0xa0, 0x61c, 0x61d, 0x200b, 0x200c, 0x200e, 0x2010, 0x2028, 0x202f, 0x2060,
  0x2065, 0x2066, 0x206a, 0xfeff, 0xff00, 0xfff9, 0xfffc, 0xe0000, 0xe0080
)

# The most characters of a message.
message_most <- 4000

# A text in which these stand escaped; what is no UTF-8 stands as its bytes.
escaped <- function(text) {
  text <- iconv(enc2utf8(as.character(text)), "UTF-8", "UTF-8", sub = "byte")
  text[!is.na(text)] <- vapply(text[!is.na(text)], \(one) {
    codes <- utf8ToInt(one)
    wrong <- findInterval(codes, controls) %% 2 == 1
    if (!any(wrong)) {
      return(one)
    }
    letters <- intToUtf8(codes, multiple = TRUE)
    letters[wrong] <- sprintf("\\u%04x", codes[wrong])
    paste(letters, collapse = "")
  }, "", USE.NAMES = FALSE)
  text
}

# A message as it may be said.
sayable <- function(text) {
  text <- escaped(paste(text, collapse = " "))
  if (nchar(text) > message_most) paste0(substr(text, 1, message_most), "\u2026") else text
}

# A table's texts and names by a function of texts; levels of factors, too.
with_texts <- function(frame, change) {
  names(frame) <- change(names(frame))
  frame[] <- lapply(frame, \(one) {
    if (is.factor(one)) {
      levels(one) <- change(levels(one))
    } else if (is.character(one)) {
      one[!is.na(one)] <- change(one[!is.na(one)])
    }
    one
  })
  frame
}

# A text as markup has it, which would make tags, links, code and TeX of it.
in_markup <- function(text, form) {
  signs <- marked[[form]]
  text <- gsub("[\r\n]+", " ", text)
  vapply(strsplit(text, ""), \(one) {
    paste(ifelse(one %in% names(signs), signs[one], one), collapse = "")
  }, "")
}

as_entities <- function(signs) {
  signs <- strsplit(signs, "")[[1]]
  stats::setNames(paste0("&#", vapply(signs, utf8ToInt, 1L), ";"), signs)
}

behind_slashes <- function(signs) {
  signs <- strsplit(signs, "")[[1]]
  stats::setNames(paste0("\\", signs), signs)
}

# What stands for a sign. In markdown a backslash is not enough: to rmarkdown \[ begins
# mathematics. Pandoc reads markdown within HTML, too.
marked <- list(
  markdown = as_entities("\\`<>$[]{}~^#"),
  html = as_entities("\\`<>$[]{}~^#&\"'*_@"),
  latex = c(
    behind_slashes("#$%&_{}"),
    # A bracket at the head of a row would be an argument of the line before.
    "\\" = "\\textbackslash{}", "~" = "\\textasciitilde{}", "^" = "\\textasciicircum{}", "[" = "{[}"
  ),
  # Two dots would begin an order, as to include a file.
  rst = behind_slashes("\\`<>|*.")
)

# Texts beside tables, in the form of the document that is knitted.
in_document <- function(text) {
  in_markup(text, document_form())
}

document_form <- function() {
  form <- c(knitr::opts_knit$get("out.format"), "markdown")[1]
  if (form %in% c("sweave", "listings")) form <- "latex"
  if (form %in% names(marked)) form else "markdown"
}

# A table in the document that is knitted, in the form that the document or its options ask
# for. kable() escapes no cell in markdown, and no caption anywhere.
knitted_table <- function(frame, caption, ...) {
  form <- getOption("knitr.table.format", document_form())
  if (is.function(form)) form <- form()
  signs <- if (form %in% names(marked)) form else "markdown"
  frame <- with_texts(frame, \(texts) in_markup(texts, signs))
  caption <- if (!is.null(caption)) in_markup(caption, signs)
  knitr::kable(frame, form, caption = caption, row.names = FALSE, escape = FALSE, ...)
}
