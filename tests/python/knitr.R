# Answers on standard output what each line of standard input evaluates to.
# Each line is one expression; each answer is its length in bytes, a line, and the text.
suppressPackageStartupMessages(library(knitr))
options(warn = -1)
answer <- function(line) {
  text <- tryCatch(
    paste(as.character(eval(parse(text = line, encoding = "UTF-8"))), collapse = "\n"),
    error = function(condition) paste0("\001", conditionMessage(condition))
  )
  text <- enc2utf8(text)
  cat(nchar(text, type = "bytes"), "\n", text, "\n", sep = "")
  flush(stdout())
}
input <- file("stdin", open = "r", encoding = "UTF-8")
while (length(line <- readLines(input, n = 1L)) == 1L) answer(line)
