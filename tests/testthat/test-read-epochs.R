test_that("curves of a folder are those of a store with its runs", {
  store <- local_store()
  of_store <- read_epochs("kh2021", store = store)
  of_folder <- read_epochs("kh2021", directory = exported_folder())
  expect_equal(names(of_folder), names(of_store))
  expect_equal(of_folder$val_accuracy, of_store$val_accuracy)
  expect_equal(of_folder$key, of_store$key)
})

test_that("each run has its epochs, in order", {
  curves <- read_epochs("kh2021", directory = exported_folder())
  runs <- read_results("kh2021", directory = exported_folder())
  expect_equal(nrow(curves), sum(runs$epochs))
  last <- curves[curves$epoch == 20, ]
  expect_equal(last$val_accuracy, runs$val_accuracy[match(last$key, runs$key)])
})

test_that("a run that two experiments share has its epochs in both", {
  folder <- forged_export("results-as-run.csv", \(lines) {
    c(lines, sub(",two-layer,", ",base,", lines[-1], fixed = TRUE))
  })
  curves <- read_epochs("kh2021", directory = folder)
  once <- read_epochs("kh2021", directory = exported_folder())
  expect_equal(curves$experiment, factor(rep(c("two-layer", "base"), each = nrow(once)), c("two-layer", "base")))
  expect_equal(curves$val_accuracy, rep(once$val_accuracy, 2))
})
