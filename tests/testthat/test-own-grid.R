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
  expect_match(run$study, "^own-grid-[0-9a-f]{8}$")
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

test_that("a column that nothing reads is refused, unless it is a label", {
  store <- withr::local_tempdir()
  asked <- list(
    grid = data.frame(dense1 = 4, lr = c(0.1, 0.01)), model = "dense_stack", epochs = 1,
    train_size = 128, store = store
  )
  expect_error(
    do.call(run_grid, asked),
    "Nothing reads the column lr of the grid: did you mean learning_rate?",
    fixed = TRUE, class = "tunegrid_error_spec"
  )
  run <- suppressMessages(do.call(run_grid, c(asked, labels = "lr")))
  expect_equal(comparison_table(run)$lr, c(0.1, 0.01))
})

test_that("two grids without a name are two studies", {
  store <- withr::local_tempdir()
  small <- function(units) {
    suppressMessages(run_grid(
      grid = data.frame(dense1 = units), model = "dense_stack", epochs = 1, train_size = 128,
      store = store
    ))
  }
  first <- small(4)
  second <- small(8)
  expect_equal(as.data.frame(first)$dense1, 4)
  expect_equal(as.data.frame(second)$dense1, 8)
})

test_that("a model that is compiled brings its optimizer", {
  keras <- reticulate::import("keras")
  compiled <- function(configuration) {
    model <- keras$Sequential(list(
      keras$Input(c(28L, 28L, 1L)), keras$layers$Flatten(),
      keras$layers$Dense(10L, activation = "softmax")
    ))
    model$compile(
      optimizer = keras$optimizers$SGD(configuration$rate), loss = "categorical_crossentropy"
    )
    model
  }
  store <- withr::local_tempdir()
  run <- suppressMessages(run_grid(
    grid = data.frame(rate = c(0.02, 1e-6)), model = compiled, epochs = 1, train_size = 512,
    store = store
  ))
  losses <- as.data.frame(run)$train_loss
  expect_lt(losses[1], losses[2])
})

test_that("a grid of one's own can be judged, loaded and reported as what run_grid() returned", {
  skip_without_python()
  own <- run_small(
    data.frame(dense1 = c(4, 16)),
    model = "dense_stack", seeds = 3, store = withr::local_tempdir()
  )
  withr::local_dir(withr::local_tempdir()) # where no store is
  ranked <- suppressMessages(rank_configurations(own))
  expect_setequal(ranked$dense1, c(4, 16))
  expect_identical(load_study(own)$id, own$study)
  expect_identical(unique(suppressMessages(compare_published(own))$verdict), "no published value")
  skip_if_not(rmarkdown::pandoc_available(), "pandoc")
  written <- render_report(own)
  expect_identical(basename(written), paste0(own$study, ".html"))
})

test_that("what a preset would say is said by settings, and epochs once", {
  small <- data.frame(dense1 = 4)
  expect_snapshot(cran = TRUE, {
    say_error(run_grid(grid = small, model = "dense_stack", preset = "quick", store = tempdir()))
    say_error(run_grid(grid = small, model = "dense_stack", store = tempdir()))
    say_error(run_grid(
      grid = small, model = "dense_stack", epochs = 1, set = list(epochs = 2), store = tempdir()
    ))
  })
})

test_that("an error of the model's function names the row, and helps with whole numbers", {
  skip_without_python()
  keras <- reticulate::import("keras")
  store <- withr::local_tempdir()
  broken <- function(row) keras$layers$Dense(row$units)
  expect_error(
    run_small(data.frame(units = 8), model = broken, store = store),
    "failed for row 1 of the grid.*as.integer\\(\\)",
    class = "tunegrid_error_spec"
  )
  expect_error(
    run_small(data.frame(units = 8), model = \(row) stop("my {own} mistake"), store = store),
    "row 1 of the grid: my \\{own\\} mistake",
    class = "tunegrid_error_spec"
  )
})
