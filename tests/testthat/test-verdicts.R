test_that("claims have verdicts, and a sentence each", {
  store <- local_store()
  found <- suppressMessages(check_claims("kh2021", claims = "best-two-layer", store = store))
  expect_s3_class(found, "tunegrid_table")
  expect_type(found$slack, "double")
  expect_equal(found$average, "too few runs")
  said <- capture_messages(capture.output(print(found)))
  expect_match(said, "Cannot be judged yet", all = FALSE)
  expect_match(format(found)[1], "^\\|id +\\| +slack\\| slack_low\\| slack_high\\| share\\|verdict")
})

test_that("published values are compared, and only some columns are printed", {
  found <- suppressMessages(compare_published("kh2021", "two-layer", store = local_store()))
  expect_equal(unique(found$verdict), "too few runs")
  expect_true(all(c("p_holm", "why", "decidable") %in% names(found)))
  expect_no_match(format(found)[1], "p_holm")
})

test_that("a plan says how many seeds would decide", {
  found <- suppressMessages(plan_seeds("kh2021", "best-two-layer", store = local_store()))
  expect_equal(found$further_runs, 19L)
  expect_s3_class(attr(found, "cells"), "data.frame")
})

test_that("verdicts are read from an exported folder without Python", {
  expect_true("best-two-layer" %in% check_claims("kh2021", directory = exported_folder())$id)
  found <- compare_published("kh2021", "two-layer", directory = exported_folder())
  expect_equal(unique(found$experiment), "two-layer")
})

test_that("what departs has no place where seeds are spent until it is decided", {
  expect_error(
    run_grid("kh2021", until_decided = TRUE, epochs = 1),
    "until_decided and epochs do not go together",
    class = "tunegrid_error_spec"
  )
})

test_that("what run_grid() returned is judged in its store, by its protocol", {
  store <- local_store()
  run <- suppressMessages(run_grid(
    "kh2021", "two-layer",
    where = layer1 == 16 & layer2 == 16 & layerdense == 16, store = store
  ))
  expect_identical(run$found, 1L)
  withr::local_dir(withr::local_tempdir()) # where no store is
  compared <- suppressMessages(compare_published(run))
  expect_identical(unique(compared[c("layer1", "layer2", "layerdense", "n")])$n, 2L)
  expect_identical(suppressMessages(check_claims(run, "best-two-layer"))$runs, 2L)
  expect_identical(suppressMessages(plan_seeds(run, "best-two-layer"))$runs, 2L)
  expect_error(rank_configurations(run), "Fewer than two configurations have runs")
})
