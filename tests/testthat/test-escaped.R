evil <- "a\u001b]0;owned\u0007\u202eb\u200b {1 + 1} <b> ![x](/etc/passwd) \\input{a}"

evil_export <- function(env = parent.frame()) {
  forged_export("dictionary.csv", \(lines) sub(",,.*", paste0(",,", evil), lines), env)
}

test_that("a terminal obeys nothing of an export", {
  folder <- evil_export()
  table <- comparison_table("kh2021", "two-layer", directory = folder)
  table$layer1 <- evil
  said <- c(
    capture.output(print(table)),
    capture.output(print(table), type = "message"),
    tryCatch(abort_tunegrid(evil, "spec", NULL), error = \(one) conditionMessage(one))
  )
  expect_no_match(said, "\u001b|\u0007|\u202e|\u200b")
  expect_true(any(grepl("\\u001b]0;owned\\u0007\\u202eb", said, fixed = TRUE)))
  expect_true(any(grepl("{1 + 1}", said, fixed = TRUE)))
})

test_that("a document makes no tags, links and code of an export", {
  table <- comparison_table("kh2021", "two-layer", directory = evil_export())
  table$layer1 <- evil
  knitted <- as.character(knitr::knit_print(table))
  expect_no_match(knitted, "(?<!\\\\)<b|(?<!\\\\)\\]\\(|(?<!\\\\)\\\\input", perl = TRUE)
})

test_that("escaped texts are those of before where there is nothing to escape", {
  texts <- c("\u03c4 = 0.5", NA, "a\tb", "", "\u4e8c")
  expect_identical(escaped(texts), texts)
  expect_identical(escaped("a\xffb"), "a<ff>b")
})
