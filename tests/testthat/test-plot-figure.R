test_that("a figure is drawn from R", {
  store <- local_store()
  skip_if_not(reticulate::py_module_available("matplotlib"), "matplotlib")
  withr::local_dir(withr::local_tempdir())
  written <- plot_figure("kh2021", "curves", output = "curves.svg", store = store)
  expect_identical(basename(written), "curves.svg")
  expect_match(readLines("curves.svg"), "validation accuracy", all = FALSE)
  expect_error(plot_figure("kh2021", "pie", store = store), "choose from claims", class = "tunegrid_error_spec")
})
