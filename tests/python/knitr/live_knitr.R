# Answers on standard output what each line of standard input evaluates to.
# Each line is one expression; each answer is a line with its kind and its length in bytes, and the
# text, which ends with a newline of its own.
suppressPackageStartupMessages(library(knitr))
options(warn = -1)
answer <- function(line) {
  kind <- "value"
  text <- tryCatch(
    paste(as.character(eval(parse(text = line, encoding = "UTF-8"))), collapse = "\n"),
    error = function(condition) {
      kind <<- "error"
      conditionMessage(condition)
    }
  )
  text <- enc2utf8(text)
  cat(kind, " ", nchar(text, type = "bytes"), "\n", text, "\n", sep = "")
  flush(stdout())
}
input <- file("stdin", open = "r", encoding = "UTF-8")
while (length(line <- readLines(input, n = 1L)) == 1L) answer(line)
