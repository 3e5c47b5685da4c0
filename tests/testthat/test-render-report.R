skip_without_pandoc <- function() {
  skip_if_not_installed("rmarkdown")
  skip_if_not(rmarkdown::pandoc_available(), "pandoc")
}

test_that("an exported folder is enough for a page", {
  skip_without_pandoc()
  page <- withr::local_tempfile(fileext = ".html")
  written <- render_report("kh2021", output = page, directory = exported_folder())
  expect_equal(basename(written), basename(page))
  text <- paste(readLines(page, warn = FALSE), collapse = "\n")
  expect_match(text, "0.8983", fixed = TRUE)
  expect_match(text, "reported-twice", fixed = TRUE)
  expect_true(grepl("data:image/svg+xml;base64", text, fixed = TRUE))
})

test_that("a store is exported first", {
  skip_without_pandoc()
  store <- local_store()
  from_store <- withr::local_tempfile(fileext = ".md")
  render_report("kh2021", output = from_store, store = store)
  expect_match(readLines(from_store), "0.9105", all = FALSE, fixed = TRUE)
})

test_that("another ending, or another study's folder, is refused", {
  expect_error(
    render_report("kh2021", output = "report.docx", directory = exported_folder()),
    "ends in .html, .md, .pdf or .tex",
    class = "tunegrid_error_spec"
  )
  skip_without_pandoc()
  expect_error(
    render_report("nn-modelling", directory = exported_folder()),
    "is an export of kh2021",
    class = "tunegrid_error_spec"
  )
})

test_that("the report of a quick look says that it is none, and has no empty columns", {
  skip_without_pandoc()
  skip_without_python()
  run <- suppressMessages(run_grid(
    "kh2021", "two-layer",
    where = layer1 == 16 & layer2 == 16 & layerdense == 16,
    epochs = 1, train_size = 256, store = withr::local_tempdir()
  ))
  file <- withr::local_tempfile(fileext = ".md")
  lines <- readLines(render_report(run, output = file))
  said <- paste(lines, collapse = " ")
  expect_match(said, "none of our 1 finished runs follows the protocol")
  expect_match(said, "They depart by epochs = 1, train_size = 256 (1).", fixed = TRUE)
  expect_false(any(grepl("accuracy_sd", lines)))
})

test_that("folders and files can be given from where R is", {
  skip_without_pandoc()
  folder <- withr::local_tempdir()
  file.copy(exported_folder(), folder, recursive = TRUE)
  withr::local_dir(folder)
  written <- render_report("kh2021", output = "page.md", directory = "kh2021")
  expect_identical(basename(written), "page.md")
  expect_true(file.exists(file.path(folder, "page.md")))
  table <- comparison_table("kh2021", experiments = "two-layer", directory = "./kh2021")
  expect_gt(nrow(table), 1)
})

test_that("a folder that is no export, or beside a store, is an error in one sentence", {
  expect_error(
    render_report("kh2021", directory = "nowhere"), "holds no whole export",
    class = "tunegrid_error_store"
  )
  expect_error(
    render_report("kh2021", directory = exported_folder(), store = "store"),
    "directory and store do not go together",
    class = "tunegrid_error_spec"
  )
})

test_that("without a study there is one page over all", {
  skip_without_pandoc()
  around <- withr::local_tempdir()
  file.copy(exported_folder(), around, recursive = TRUE)
  page <- withr::local_tempfile(fileext = ".md")
  render_report(output = page, directory = around)
  expect_match(readLines(page), "|kh2021 |", fixed = TRUE, all = FALSE)
  from_store <- withr::local_tempfile(fileext = ".md")
  render_report(output = from_store, store = local_store())
  expect_identical(readLines(from_store), readLines(page))
  expect_error(render_report(output = page, directory = withr::local_tempdir()), "holds no exported")
})

test_that("an overview follows no link to an exported folder elsewhere", {
  folder <- withr::local_tempdir()
  file.symlink(exported_folder(), file.path(folder, "kh2021"))
  expect_error(
    render_report(output = file.path(folder, "x.md"), directory = folder), "kh2021 is a symbolic link",
    class = "tunegrid_error_store"
  )
})
