# What Python sends for a frame with these columns, as its own code makes it.
sent_by_python <- function(code) {
  python_module()
  reticulate::py_run_string(paste0(
    "import pandas as pd, numpy as np\n",
    "from tunegrid.reticulate import plain\n",
    "sent = plain(pd.DataFrame({", code, "}))"
  ))$sent
}

test_that("every type arrives as its own, with NA where it is missing", {
  skip_without_python()
  frame <- as_frame(sent_by_python("
    'whole': pd.array([1, None, -5], 'Int64'),
    'number': pd.array([0.5, 2.0, None], 'Float64'),
    'truth': pd.array([True, None, False], 'boolean'),
    'text': pd.array([None, 'a', 'τ'], 'string'),
    'order': pd.Categorical(['b', None, 'a'], categories=['b', 'a', 'c']),
    'nothing': pd.array([None, None, None], 'Float64'),
    'unknown': pd.Series([None, None, None], dtype=object)"))
  expect_identical(frame, data.frame(
    whole = c(1L, NA, -5L),
    number = c(0.5, 2, NA),
    truth = c(TRUE, NA, FALSE),
    text = c(NA, "a", "\u03c4"),
    order = factor(c("b", NA, "a"), levels = c("b", "a", "c")),
    nothing = c(NA_real_, NA, NA),
    unknown = NA
  ))
})

test_that("NaN is not NA, and infinity is none of both", {
  skip_without_python()
  frame <- as_frame(sent_by_python(
    "'x': pd.arrays.FloatingArray(
      np.array([np.nan, np.inf, 0.0]), np.array([False, False, True]))"
  ))
  expect_identical(is.nan(frame$x), c(TRUE, FALSE, FALSE))
  expect_identical(is.na(frame$x), c(TRUE, FALSE, TRUE))
  expect_identical(frame$x[2], Inf)
})

test_that("integers that R has no room for are doubles", {
  skip_without_python()
  frame <- as_frame(sent_by_python(
    "'x': [2**31, 2**53], 'y': [2**31 - 1, -(2**31) + 1], 'z': [-(2**31), 0]"
  ))
  expect_identical(frame$x, c(2^31, 2^53))
  expect_identical(frame$y, c(.Machine$integer.max, -.Machine$integer.max))
  expect_identical(frame$z, c(-2^31, 0))
})

test_that("a frame of one row or none keeps its types", {
  skip_without_python()
  one <- as_frame(sent_by_python("'x': pd.array([None], 'Int64'), 'y': ['a']"))
  expect_identical(one, data.frame(x = NA_integer_, y = "a"))
  none <- as_frame(sent_by_python("'x': pd.array([], 'Int64'), 'y': pd.array([], 'string')"))
  expect_identical(none, data.frame(x = integer(), y = character()))
})

test_that("a data frame goes over as columns, factors as their labels", {
  grid <- expand.grid(layer1 = c(16, 32), model = c("a", "b"))
  expect_identical(
    as_argument(grid, "grid"),
    list(layer1 = list(16, 32, 16, 32), model = list("a", "a", "b", "b"))
  )
})

test_that("NA cannot be asked for", {
  expect_snapshot(cran = TRUE, say_error(as_argument(c("a", NA), "experiments", NULL)))
  expect_error(as_argument(data.frame(x = NA), "grid"), class = "tunegrid_error_spec")
})

test_that("a tilde is the user's folder", {
  expect_identical(as_path("~/store"), path.expand("~/store"))
  expect_null(as_path(NULL))
})

test_that("a list whose names are those of a frame's parts is a list of frames", {
  empty <- list(frame = list(), rows = 0L, attributes = list())
  made <- from_python(list(frame = empty, rows = empty, attributes = empty))
  expect_named(made, c("frame", "rows", "attributes"))
  expect_equal(unique(vapply(made, is.data.frame, NA)), TRUE)
})
