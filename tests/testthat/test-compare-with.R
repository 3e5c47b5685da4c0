smallest <- data.frame(layer1 = 16, layer2 = 16, layerdense = 16)

test_that("scores from elsewhere stand beside our runs", {
  store <- local_store()
  others <- cbind(smallest, accuracy = c(0.9, 0.91, NA))
  table <- compare_with("kh2021", others, store = store)
  expect_s3_class(table, "tunegrid_table")
  expect_identical(table$other_n, 2L)
  expect_identical(table$n, 2L)
  expect_equal(table$difference, 0.905 - table$mean)
  expect_message(print(table), "1 of 1 configurations have a run of ours")
})

test_that("names can differ, as in left_join(by = )", {
  store <- local_store()
  runs <- data.frame(filters = factor(16), layer2 = 16, layerdense = "16", metric = 0.9)
  runs$start <- Sys.time()
  by <- c(layer1 = "filters", "layer2", "layerdense")
  expect_identical(compare_with("kh2021", runs, by, "metric", store = store)$n, 2L)
  flags <- setNames(runs[1:3], c("flag_layer1", "flag_layer2", "flag_layerdense"))
  flags$accuracy <- 0.9
  expect_identical(compare_with("kh2021", flags, store = store)$n, 2L)
})

test_that("what cannot be compared is an error in one sentence", {
  store <- local_store()
  expect_snapshot({
    say_error(compare_with("kh2021", 0.9, store = store))
    say_error(compare_with("kh2021", smallest, store = store))
    say_error(compare_with("kh2021", cbind(smallest, accuracy = 1), by = 1, store = store))
    say_error(compare_with("kh2021", cbind(smallest, accuracy = 1), by = "units", store = store))
  })
})

test_that("rows of tune and of tfruns say what of them was not taken, or differs", {
  store <- local_store()
  tuned <- cbind(smallest, .metric = c("accuracy", "roc_auc"), .estimate = c(0.9, 0.99))
  table <- compare_with("kh2021", tuned, score = ".estimate", store = store)
  expect_identical(c(table$other_n, table$other_mean), c(1, 0.9))
  flags <- cbind(smallest, flag_dropout = 0.5, flag_model = "cnn", epochs = 3, accuracy = c(0.9, NA))
  expect_snapshot(writeLines(attr(compare_with("kh2021", flags, store = store), "said")))
  means <- cbind(smallest, mean = 0.9, n = 5L, std_err = 0.01)
  expect_snapshot({
    say_error(compare_with("kh2021", means, score = "mean", store = store))
    say_error(compare_with("kh2021", cbind(smallest, accuracy = 90), store = store))
    say_error(compare_with("kh2021", flags, by = "dropout", store = store))
  })
})
