trained <- NULL

# One store for all tests of this file.
local_trained <- function() {
  skip_without_python()
  if (is.null(trained)) {
    store <- withr::local_tempdir(.local_envir = teardown_env())
    trained <<- suppressMessages(train_small(store))
  }
  trained
}

test_that("a run says what it did", {
  run <- local_trained()
  expect_s3_class(run, "tunegrid_run")
  expect_identical(c(run$planned, run$done, run$failed), c(2L, 2L, 0L))
  lines <- capture.output(print(run))
  expect_equal(lines[1], "kh2021, protocol as-run")
  expect_match(lines[2], "^2 runs trained \\(0 failed\\), 0 found done")
})

test_that("a run tells of its progress in lines", {
  run <- local_trained()
  expect_message(
    again <- train_small(run$store, seeds = 2, workers = 1),
    "\\[1/2\\] two-layer layer1=16 layer2=16 .* seed 2: accuracy 0\\."
  )
  expect_identical(c(again$found, again$done), c(2L, 2L))
})

test_that("a run can be quiet", {
  run <- local_trained()
  expect_silent(again <- train_small(run$store, seeds = 3, quiet = TRUE))
  expect_gte(again$done, 2)
})

test_that("in a document progress is one line", {
  run <- local_trained()
  withr::local_options(knitr.in.progress = TRUE)
  told <- capture_messages(again <- train_small(run$store, seeds = 4))
  expect_gte(again$done, 2)
  expect_length(told, 1)
  expect_match(told, "^2 runs trained \\(0 failed\\), [0-9]+ found done, [^\n]*\n$")
  expect_length(capture_messages(train_small(run$store, seeds = 4, quiet = TRUE)), 0)
})

test_that("a run stands for its study in the verbs that read", {
  run <- local_trained()
  runs <- as.data.frame(run)
  expect_identical(runs, read_results(run))
  expect_equal(nrow(runs), 2)
  expect_true(all(runs$departures == "epochs = 1, train_size = 256"))
  table <- comparison_table(run)
  expect_equal(sum(table$replicates > 0), 2)
  expect_equal(table$accuracy, runs$accuracy[match(table$layerdense, runs$layerdense)])
})

test_that("a run stands for its own runs, whatever else its store has", {
  run <- local_trained()
  more <- suppressMessages(train_small(run$store, seeds = 3))
  expect_equal(nrow(as.data.frame(run)), 2)
  expect_equal(unique(comparison_table(run)$replicates), 1)
  expect_equal(sum(summary(run)$planned), 2)
  expect_equal(nrow(as.data.frame(more)), 6)
})

test_that("runs that failed are warned of, and counted in tables", {
  store <- withr::local_tempdir()
  expect_warning(
    run <- suppressMessages(run_grid(
      "kh2021",
      experiments = "base", where = "model == 'cnn_no_reg'", epochs = 1, train_size = 256,
      set = list(optimizer = "sgd", learning_rate = 1e30), store = store
    )),
    "1 of 1 run failed: 1 . diverged: the loss became",
    class = "tunegrid_warning_failed"
  )
  expect_equal(sum(comparison_table(run)$failed), 1)
})

test_that("a store that is not there is warned of", {
  expect_warning(
    table <- read_results("kh2021", store = file.path(tempdir(), "mistyped")),
    "There is no store in .*mistyped",
    class = "tunegrid_warning_store"
  )
  expect_equal(nrow(table), 0)
})

test_that("a run has a summary and a plot", {
  run <- local_trained()
  expect_equal(sum(summary(run)$missing), 0)
  withr::local_pdf(NULL)
  expect_s3_class(plot(run), "ggplot")
})

test_that("settings and grids come from R's lists and data frames", {
  run <- local_trained()
  grid <- expand.grid(layer1 = 16, layer2 = c(16, 32), layerdense = 16)
  own <- suppressMessages(run_grid(
    "kh2021",
    experiments = "two-layer", grid = grid, epochs = 1, train_size = 256,
    set = list(dropout = 0.3), store = run$store
  ))
  expect_identical(own$done, 2L)
  runs <- read_results("kh2021", where = "layer2 == 32", any = TRUE, store = run$store)
  expect_match(runs$departures, "dropout = 0.3", fixed = TRUE)
  expect_match(runs$departures, "grid = own", fixed = TRUE)
})

test_that("results go from store to store", {
  run <- local_trained()
  folder <- file.path(withr::local_tempdir(), "export")
  done <- export_results(run, folder)
  expect_gte(done$done, 2)
  expect_true(file.exists(file.path(folder, "manifest.json")))
  store <- withr::local_tempdir()
  expect_equal(import_results(folder, store = store)$added, done$done)
  expect_identical(import_results(folder, store = store)$differing, character())
})

test_that("a model of a run is shown and exported", {
  run <- local_trained()
  runs <- as.data.frame(run)
  key <- runs$key[which.max(runs$accuracy)]
  layers <- show_model(key, store = run$store)
  expect_equal(sum(layers[["Param #"]]), attr(layers, "total"))
  file <- withr::local_tempfile(fileext = ".keras")
  done <- export_model(key, file, train = TRUE, store = run$store)
  expect_true(file.exists(file))
  expect_true(done$same)
  expect_equal(done$scaling, "none")
})

test_that("a run has a page, with its mistakes as pictures", {
  run <- local_trained()
  key <- as.data.frame(run)$key[1]
  page <- withr::local_tempfile(fileext = ".html")
  show_model(key, store = run$store, output = page)
  text <- paste(readLines(page, warn = FALSE), collapse = "\n")
  expect_match(text, "conv2d (Conv2D)", fixed = TRUE)
  expect_match(text, "taken for", fixed = TRUE)
  expect_match(text, "data:image/png;base64,", fixed = TRUE)
  expect_error(
    show_model(key, store = run$store, output = "x.pdf"),
    "ends in .html, not as x.pdf does",
    class = "tunegrid_error_spec"
  )
})

test_that("a run says how it was trained", {
  run <- local_trained()
  expect_match(capture.output(print(run))[3], "optimizer = rmsprop, learning_rate = 0.001")
  expect_true("epochs" %in% run_settings(run)$setting)
})
