# Writes the tables that Python's kable must match, with the knitr of this R:
#   LC_ALL=C.UTF-8 Rscript tests/golden/kable.R > tests/golden/kable/knitr-<version>.txt
# tests/python/test_kable_golden.py has the same frames and calls.
suppressPackageStartupMessages(library(knitr))

frames <- list(
  models = data.frame(
    model = c("ANN", "a|b", NA), accuracy = c(0.9, 0.98765432, NA), epochs = c(10L, 100000L, NA),
    best = c(TRUE, NA, FALSE)
  ),
  text = data.frame(
    wide = c("\u6f22\u5b57", "e\u0301", "\U{1F600}", "", "x"),
    marks = c("\"a\" & <b>", "\\ # $ % _ { } ~ ^", "[1] `c`", "[d](https://e.org)", "'*'"),
    blanks = c("  both ", "tab\t", "end\\", "end\\ ", "a\nb")
  ),
  numbers = data.frame(
    common = c(1.5, 0.25, 100, -3), tiny = c(1e-4, 1e-3, 1e-10, 0), spread = c(1e-10, 1, 1e10, 0),
    ties = c(0.15, 2.5, 0.00000005, 1e5), special = c(Inf, -Inf, NaN, NA),
    large = c(123456789, 2147483648, 1e15, 1e5), zero = c(-0.0, -1e-12, 1e-8, 0)
  ),
  lone = data.frame(n = 100000),
  times = data.frame(
    day = as.Date(c("2020-02-29", NA, "0099-01-02")),
    moment = as.POSIXct(c("2020-01-01 12:00:00", "2020-01-02 00:00:00", NA), tz = "UTC"),
    midnight = as.POSIXct(c("2020-01-01", "2020-01-02", NA), tz = "UTC"),
    zone = as.POSIXct(c("2020-07-01 00:00:00", "2020-01-02 00:00:00", NA), tz = "UTC") + 3600,
    took = as.difftime(c(90, 15, NA), units = "mins"),
    factor = factor(c("b", NA, "a"), levels = c("b", "a")), number = factor(c(1, 2.5, NA))
  ),
  rows = data.frame(x = c(1, 22), row.names = c("first", "second one")),
  empty = data.frame(a = numeric(0), b = character(0)),
  none = data.frame(),
  twice = structure(list(1, 2), names = c("a", "a"), row.names = 1L, class = "data.frame")
)
attr(frames$times$zone, "tzone") <- "Europe/Berlin"

calls <- with(frames, alist(
  "digits" = kable(models, digits = 2),
  "digits for each" = kable(numbers, digits = c(0, 12, 3, 1, 7, -3, 7)),
  "row names" = kable(models, row.names = TRUE),
  "no row names" = kable(rows, row.names = FALSE),
  "names" = kable(models, col.names = c("a", "b|c", "", "<d>")),
  "no names" = kable(models, col.names = NULL),
  "no names, simple" = kable(models, "simple", col.names = NULL),
  "no names, html" = kable(models, "html", col.names = NULL),
  "no names, jira" = kable(models, "jira", col.names = NULL),
  "align" = kable(models, align = "lcr"),
  "no align" = kable(models, align = NULL),
  "caption" = kable(models, caption = "Our models"),
  "caption, rst" = kable(models, "rst", caption = "Our models"),
  "caption, html" = kable(models, "html", caption = "Our <models>"),
  "label" = kable(models, "latex", caption = "Our models", label = "models"),
  "format" = kable(numbers, format.args = list(big.mark = ",", nsmall = 2)),
  "format, digits" = kable(numbers, format.args = list(digits = 3, scientific = TRUE)),
  "decimal comma" = kable(numbers, format.args = list(decimal.mark = ",", drop0trailing = TRUE)),
  "unescaped html" = kable(text, "html", escape = FALSE),
  "unescaped latex" = kable(text, "latex", escape = FALSE),
  "attributes" = kable(models, "html", table.attr = "class=\"a\""),
  "booktabs" = kable(frames$text, "latex", booktabs = TRUE),
  "booktabs of seven" = kable(data.frame(x = 1:7), "latex", booktabs = TRUE),
  "longtable" = kable(models, "latex", longtable = TRUE, caption = "Our models"),
  "latex columns" = kable(models, "latex", align = c("p{3cm}", "r", "S", "l"), vline = ""),
  "latex options" = kable(
    models, "latex", caption = "Our models", caption.short = "Models", position = "!ht",
    valign = "b", centering = FALSE, linesep = c("", "\\addlinespace"), toprule = "\\hline\\hline"
  ),
  "padding" = kable(models, padding = 3)
))

formats <- c("pipe", "simple", "html", "latex", "rst", "jira")
if (packageVersion("knitr") >= "1.44") formats <- c(formats, "org")

write_table <- function(name, table) {
  cat("#### ", name, "\n", paste(table, collapse = "\n"), "\n", sep = "")
}

cat("R ", paste(R.version$major, R.version$minor, sep = "."), "\n", sep = "")
cat("knitr ", as.character(packageVersion("knitr")), "\n", sep = "")
for (name in names(frames)) {
  for (format in formats) write_table(paste(name, format), kable(frames[[name]], format))
}
for (name in names(calls)) write_table(name, eval(calls[[name]], frames))
options(knitr.kable.NA = "-")
write_table("missing", kable(frames$models))
write_table("missing numbers and times", kable(cbind(frames$numbers[1:3, ], frames$times)))
