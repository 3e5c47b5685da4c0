test_that("errors have Python's message, a class of their own, and no traceback", {
  skip_without_python()
  expect_snapshot(cran = TRUE, {
    say_error(load_study("kh2020"))
    say_error(read_results("kh2021", experiments = "four-layer", store = tempdir()))
    say_error(run_grid("kh2021", where = "layer1 = 16", store = tempdir()))
    say_error(run_grid("kh2021", seeds = 0, store = tempdir()))
    say_error(comparison_table("kh2021", preset = "slow", store = tempdir()))
    say_error(published_table("kh2021", "layer"))
  })
})

test_that("the leaf of the class is the kind of the error", {
  skip_without_python()
  nowhere <- withr::local_tempdir()
  expect_error(load_study("kh2020"), class = "tunegrid_error_spec")
  expect_error(load_study("kh2020"), class = "tunegrid_error")
  expect_error(verify_store(store = nowhere), class = "tunegrid_error_store")
  expect_error(import_results(nowhere, store = nowhere), class = "tunegrid_error_store")
  expect_error(
    dataset_status(data_dir = file.path(nowhere, "none")),
    class = "tunegrid_error_data"
  )
})

test_that("the message is Python's to the letter", {
  skip_without_python()
  said <- tryCatch(load_study("{x}  y"), tunegrid_error = \(condition) condition$message)
  expect_match(said, "There is no study '{x}  y': give one of", fixed = TRUE)
})

test_that("the traceback is kept for who asks for it", {
  skip_without_python()
  try(load_study("kh2020"), silent = TRUE)
  expect_output(lines <- tunegrid_last_traceback(), "SpecError")
  expect_match(lines, "There is no study 'kh2020'", all = FALSE)
})

test_that("a fault of tunegrid itself is one sentence", {
  skip_without_python()
  expect_error(call_python("run_status", nonsense = 1), class = "tunegrid_error_internal")
  expect_error(call_python("run_status", nonsense = 1), "in a way that nobody foresaw")
})

test_that("an interruption is no error of tunegrid's", {
  condition <- tryCatch(abort_interrupted("3 are kept.", NULL), error = identity)
  expect_s3_class(condition, "tunegrid_interrupted")
  expect_false(inherits(condition, "tunegrid_error"))
})

test_that("what was left out is said once, and can be muffled", {
  skip_without_python()
  store <- withr::local_tempdir()
  suppressMessages(train_small(store))
  expect_message(read_results("kh2021", store = store), class = "tunegrid_left_out")
  expect_message(
    comparison_table("kh2021", "two-layer", store = store),
    "2 runs depart from the protocol"
  )
})
