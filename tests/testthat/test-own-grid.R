dense <- function(configuration) {
  keras <- reticulate::import("keras")
  keras$Sequential(list(
    keras$Input(c(28L, 28L, 1L)),
    keras$layers$Flatten(),
    keras$layers$Dense(as.integer(configuration$units), activation = configuration$activation),
    keras$layers$Dense(10L, activation = "softmax")
  ))
}

run_small <- function(grid, ..., store) {
  suppressMessages(run_grid(grid = grid, epochs = 1, train_size = 256, store = store, ...))
}

test_that("a grid from R is trained with an architecture", {
  skip_without_python()
  grid <- expand.grid(layer1 = c(16, 32), layerdense = 32)
  run <- run_small(
    grid,
    model = "conv_stack", dataset = "fashion_mnist", store = withr::local_tempdir()
  )
  expect_identical(c(run$done, run$failed), c(2L, 0L))
  expect_identical(run$study, "own-grid")
  runs <- read_results(run)
  expect_identical(runs$layer1, c(16L, 32L))
  expect_identical(runs$departures, c("", ""))
})

test_that("a model from R is made once for each row, and trained elsewhere", {
  skip_without_python()
  called <- list()
  counted <- function(configuration) {
    called[[length(called) + 1]] <<- configuration
    dense(configuration)
  }
  grid <- expand.grid(units = 8, activation = c("relu", "tanh"))
  store <- withr::local_tempdir()
  run <- run_small(grid, model = counted, name = "mine", store = store)
  expect_identical(called, list(
    list(units = 8, activation = "relu"),
    list(units = 8, activation = "tanh")
  ))
  expect_identical(run$done, 2L)
  table <- comparison_table(run)
  expect_identical(table$activation, c("relu", "tanh"))
  expect_identical(table$replicates, c(1L, 1L))
  expect_identical(run_small(grid, model = dense, name = "mine", store = store)$found, 2L)
  expect_identical(nrow(read_results("mine", store = store)), 2L)
})

test_that("a model that is another one after JSON is refused, with its row", {
  skip_without_python()
  twice <- function(configuration) {
    keras <- reticulate::import("keras")
    again <- keras$layers$LeakyReLU(negative_slope = 0.1)
    keras$Sequential(list(
      keras$Input(c(28L, 28L, 1L)), keras$layers$Flatten(),
      keras$layers$Dense(5L), again, keras$layers$Dense(5L), again,
      keras$layers$Dense(10L, activation = "softmax")
    ))
  }
  no_model <- function(configuration) "no model"
  store <- withr::local_tempdir()
  expect_snapshot(cran = TRUE, {
    say_error(run_small(data.frame(units = 1), model = twice, store = store))
    say_error(run_small(data.frame(units = 1), model = no_model, store = store))
    say_error(run_small(NULL, model = twice, store = store))
    say_error(run_small(data.frame(units = NA), model = dense, store = store))
    say_error(run_small(data.frame(layer1 = 16), model = "conv_stak", store = store))
    say_error(run_grid("kh2021", model = "conv_stack", store = store))
  })
  expect_false(file.exists(file.path(store, "results.sqlite")))
})

test_that("an error in a model function is R's own", {
  skip_without_python()
  expect_error(
    run_small(data.frame(units = 1), model = \(row) stop("mine"), store = tempdir()),
    "mine"
  )
})
