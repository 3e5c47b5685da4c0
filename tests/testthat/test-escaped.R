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

test_that("a document obeys nothing of an export, whatever its own form and that of its tables", {
  folder <- evil_export()
  markdown <- "[<\\[\\\\^~]|\\{="
  obeyed <- c(
    pipe = markdown, simple = markdown, html = "<(?!/?(table|caption|t[a-z]+)\\b)|[`$\\[\\\\^~]",
    latex = "\\^|\\\\input", rst = "(?<!\\\\)([<.]|\\\\input)"
  )
  for (form in c("document", names(obeyed))) {
    withr::local_options(knitr.table.format = if (form != "document") form)
    table <- comparison_table("kh2021", "two-layer", directory = folder)["layer1"]
    table$layer1 <- paste("..", evil, "[^^5cinput{a}] ~~~{=html}")
    attr(table, "note") <- NULL
    pattern <- obeyed[[if (form == "document") "pipe" else form]]
    expect_no_match(as.character(knitr::knit_print(table)), pattern, perl = TRUE)
  }
})

test_that("what is said beside a table is text in a document of HTML, and of LaTeX", {
  said <- c(
    html = "&#60;img y=&#92;&#62; &#94;&#94;5c", latex = "<img y=\\textbackslash{}>",
    markdown = "&#126;&#126;&#126;&#123;=html&#125; &#60;img"
  )
  before <- knitr::opts_knit$get("out.format")
  withr::defer(knitr::opts_knit$set(out.format = before))
  for (form in names(said)) {
    knitr::opts_knit$set(out.format = form)
    table <- new_table(structure(data.frame(a = 1), note = "~~~{=html} <img y=\\> ^^5cinput{a}"))
    expect_match(knitr::knit_print(table), said[[form]], fixed = TRUE)
  }
})

test_that("escaped texts are those of before where there is nothing to escape", {
  texts <- c("\u03c4 = 0.5", NA, "a\tb", "", "\u4e8c")
  expect_identical(escaped(texts), texts)
  expect_identical(escaped("a\xffb"), "a<ff>b")
})
