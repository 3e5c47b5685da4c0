# What Python makes of an array of R's.
in_python <- function(array) {
  python_module()
  values <- reticulate::import_from_path("tunegrid.reticulate.values", path = python_folder())
  made <- values$array_from_r(as_array(array, "x_train", NULL))
  list(type = made$dtype$name, values = made$tolist())
}

# Colour images of noise, 10 × 14, of twelve classes.
letters_like <- function() {
  noise <- function(n) {
    x <- withr::with_seed(n, sample(0:255, n * 10 * 14 * 3, replace = TRUE))
    list(x = array(x, c(n, 10, 14, 3)), y = rep_len(0:11, n))
  }
  list(train = noise(48), test = noise(24))
}

flowers <- function(...) {
  is_test <- seq_len(nrow(iris)) %% 3 == 0
  given <- list(
    x_train = iris[!is_test, 1:4], y_train = iris$Species[!is_test],
    x_test = iris[is_test, 1:4], y_test = iris$Species[is_test]
  )
  replace(given, ...names(), list(...))
}

dense_for <- function(shape, classes) {
  function(configuration) {
    keras <- reticulate::import("keras")
    keras$Sequential(list(
      keras$Input(as.integer(shape)),
      keras$layers$Flatten(),
      keras$layers$Dense(as.integer(configuration$units)),
      keras$layers$Dense(as.integer(classes), activation = "softmax")
    ))
  }
}

run_own <- function(data, store, ..., grid = data.frame(dense1 = 8), model = "dense_stack") {
  suppressMessages(
    run_grid(grid = grid, model = model, data = data, epochs = 1, store = store, ...)
  )
}

test_that("rows and columns of an image are the same in Python", {
  skip_without_python()
  images <- array(1:24, c(2, 3, 4))
  images[2, 1, 4] <- 200L
  seen <- in_python(images)
  for (image in 1:2) {
    for (row in 1:3) {
      for (column in 1:4) {
        expect_identical(seen$values[[image]][[row]][column], images[image, row, column])
      }
    }
  }
})

test_that("whole numbers are whole in Python, and others are not", {
  skip_without_python()
  expect_identical(in_python(c(0, 255))$type, "uint8")
  expect_identical(in_python(0:255)$type, "uint8")
  expect_identical(in_python(c(TRUE, FALSE)), list(type = "uint8", values = c(1L, 0L)))
  expect_identical(in_python(c(-1, 300)), list(type = "int32", values = c(-1L, 300L)))
  expect_identical(in_python(c(0.5, 3)), list(type = "float64", values = c(0.5, 3)))
  expect_identical(in_python(c(1, 2^40))$values, c(1, 2^40))
})

test_that("long arrays go over in blocks", {
  images <- array(c(1:23, 1000L), c(2, 3, 4))
  blocks <- as_blocks(images, "<i4", size = 5)
  expect_length(blocks, 5)
  expect_identical(unlist(blocks), as_array(images, "x_train", NULL)$blocks[[1]])
  none <- array(0L, c(0, 4))
  expect_identical(as_array(none, "x_train", NULL)$blocks, list(raw()))
})

test_that("colour images of twelve classes are trained by a model from R", {
  skip_without_python()
  store <- withr::local_tempdir()
  data <- letters_like()
  run <- function(data, name) {
    run_own(
      data, store,
      name = name, grid = data.frame(units = 4), model = dense_for(c(10, 14, 3), 12)
    )
  }
  expect_identical(run(data, "letters")$done, 1L)
  expect_identical(nrow(read_results("letters", store = store)), 1L)

  # The same in other forms: the run is there already.
  flat <- list(
    x_train = data$train$x + 0, y_train = as.matrix(data$train$y),
    x_test = data$test$x, y_test = data$test$y + 0
  )
  expect_identical(run(flat, "flat")$found, 1L)
  expect_identical(run(unname(flat), "unnamed")$found, 1L)
  expect_identical(run(unname(lapply(data, unname)), "pairs")$found, 1L)
  named <- replace(flat, c("y_train", "y_test"), lapply(
    list(data$train$y, data$test$y), factor,
    levels = 0:11, labels = LETTERS[1:12]
  ))
  expect_identical(run(named, "factors")$found, 1L)
})

test_that("a data frame's columns are features, a factor's levels the classes", {
  skip_without_python()
  store <- withr::local_tempdir()
  run <- run_own(flowers(), store, name = "irises")
  expect_identical(c(run$done, run$failed), c(1L, 0L))
  numbers <- flowers(
    x_train = as.matrix(flowers()$x_train), y_train = as.integer(flowers()$y_train) - 1
  )
  numbers$y_test <- as.integer(numbers$y_test) - 1L
  expect_identical(run_own(numbers, store, name = "numbers")$found, 1L)
  expect_identical(as_data(flowers())$class_names, as.list(levels(iris$Species)))
  named <- c(numbers, list(class_names = c("a", "b", "c")))
  expect_identical(as_data(named)$class_names, list("a", "b", "c"))

  # From a file in R's folder.
  withr::local_dir(withr::local_tempdir())
  table <- cbind(iris[1:4], label = as.integer(iris$Species) - 1, part = "train")
  table$part[seq_len(nrow(iris)) %% 3 == 0] <- "test"
  write.csv(table, "irises.csv", row.names = FALSE)
  expect_identical(run_own("irises.csv", store, name = "file")$found, 1L)
})

test_that("a model for other data is refused, with its row", {
  skip_without_python()
  turned <- function(configuration) {
    shape <- if (configuration$units == 4) c(10, 14, 3) else c(14, 10, 3)
    dense_for(shape, 12)(configuration)
  }
  usual <- dense_for(c(28, 28, 1), 10)
  grid <- data.frame(units = c(4, 8))
  conv <- data.frame(layer1 = 16, layerdense = 16)
  store <- withr::local_tempdir()
  expect_snapshot(cran = TRUE, {
    say_error(run_own(letters_like(), store, grid = grid, model = turned))
    say_error(run_own(flowers(), store, grid = grid, model = usual))
    say_error(run_own(flowers(), store, grid = conv, model = "conv_stack"))
  })
  expect_false(file.exists(file.path(store, "results.sqlite")))
})

test_that("data that is none is refused in a sentence", {
  skip_without_python()
  say <- function(data, ...) say_error(run_own(data, tempdir(), ...))
  x <- as.matrix(flowers()$x_train)
  y <- as.integer(flowers()$y_train) - 1
  coded <- function(...) flowers(y_test = as.integer(flowers()$y_test) - 1, ...)
  two <- c("a", "b")
  expect_snapshot(cran = TRUE, {
    say(iris)
    say(c("a.csv", "b.csv"))
    say(list(1, 2, 3))
    say(list(x = 1, y = 2))
    say(list(train = list(x = x), test = list(x = x)))
    say(list(x, y))
    say("nowhere.csv")
    say("data.rds")
    say(flowers(), dataset = "mnist")
    say_error(run_grid("kh2021", data = flowers(), store = tempdir()))
    say_error(run_grid("kh2021", data = flowers(), until_decided = TRUE))
    say(flowers(x_train = iris))
    say(flowers(x_train = list(1, 2)))
    say(flowers(x_train = 1:4))
    say(flowers(x_train = x[, 1:3]))
    say(flowers(x_train = replace(x, cbind(3, 2), NA)))
    say(flowers(x_train = replace(x, cbind(3, 2), -Inf)))
    say(flowers(y_train = as.character(y)))
    say(flowers(y_train = y))
    say(flowers(y_train = factor(y)))
    say(flowers(y_train = replace(flowers()$y_train, 7, NA)))
    say(coded(y_train = replace(y, 4, -1)))
    say(coded(y_train = replace(y, 4, 0.5)))
    say(coded(y_train = y[-1]))
    say(coded(y_train = cbind(y, y)))
    say(coded(y_train = y, class_names = two))
    say(flowers(class_names = c("a", NA, "c")))
    say(flowers(class_names = mean))
  })
  expect_error(run_own(iris, tempdir()), class = "tunegrid_error_data")
})

test_that("columns with names meet by name, and other names are refused", {
  skip_without_python()
  store <- withr::local_tempdir()
  data <- flowers()
  run_own(data, store, name = "irises")
  turned <- flowers(x_test = data$x_test[4:1])
  expect_identical(run_own(turned, store, name = "turned")$found, 1L)
  as_matrices <- flowers(x_train = as.matrix(data$x_train), x_test = as.matrix(data$x_test[4:1]))
  expect_identical(run_own(as_matrices, store, name = "matrices")$found, 1L)
  renamed <- setNames(data$x_test, c("a", names(data$x_test)[-1]))
  expect_error(
    run_own(flowers(x_test = renamed), store),
    "x_train has the columns Sepal.Length that x_test lacks, and x_test has the columns a",
    class = "tunegrid_error_data"
  )
})

test_that("labels that begin at 1 are warned of, and told by check_data()", {
  skip_without_python()
  store <- withr::local_tempdir()
  codes <- flowers(
    y_train = as.integer(flowers()$y_train), y_test = as.integer(flowers()$y_test)
  )
  expect_warning(run_own(codes, store), "begin at 1", class = "tunegrid_warning_data")
  expect_match(attr(check_data(codes, store = store), "note"), "begin at 1", all = FALSE)
})
