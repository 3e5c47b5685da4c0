test_that("an argument that is missing is asked for in the name of the verb", {
  for (verb in list(load_study, read_results, comparison_table, check_claims, export_results)) {
    said <- expect_error(verb(), class = "tunegrid_error_spec")
    expect_match(conditionMessage(said), "Give study: it has no default", fixed = TRUE)
  }
  said <- expect_error(export_results("kh2021"), class = "tunegrid_error_spec")
  expect_equal(as.character(conditionCall(said)[[1]]), "export_results")
})

test_that("what is given by mistake is named in a few words", {
  expect_equal(kind_of(NULL), "NULL")
  expect_equal(kind_of(iris), "a data frame of 150 rows and 5 columns")
  expect_equal(kind_of(c(1, 2)), "a vector of 2 numbers")
  expect_equal(kind_of(c(epochs = 2)), "a vector of one number called epochs")
  expect_equal(kind_of("quick"), "the text 'quick'")
  expect_equal(kind_of(5L), "the number 5")
  expect_equal(kind_of(NA), "NA")
  expect_equal(kind_of(factor("a")), "a factor")
  expect_equal(kind_of(mean), "a function")
  expect_equal(kind_of(matrix(0, 2, 3)), "an array of numbers with the shape (2, 3)")
  expect_equal(kind_of(list(a = 1, b = 2)), "a list of a, b")
  expect_equal(kind_of(Sys.Date()), "an object of class Date")
})

test_that("only a fault of tunegrid itself is to be reported", {
  skip_without_python()
  advised <- function(code) {
    condition <- tryCatch(suppressMessages(code), tunegrid_error = identity)
    expect_s3_class(condition, "tunegrid_error_spec")
    paste(condition$message, condition$body)
  }
  store <- withr::local_tempdir()
  grid <- data.frame(layer1 = 16, layerdense = 16)
  mistakes <- list(
    "a Keras model, not NULL" = quote(run_grid(grid = grid, model = \(row) NULL, store = store)),
    "not a vector of one number" = quote(run_grid("kh2021", set = c(epochs = 1), store = store)),
    "not a list of layer1" = quote(run_grid("kh2021", grid = list(layer1 = 16), store = store)),
    "not a data frame of 150 rows" = quote(comparison_table(iris, store = store)),
    "dataset must be one text" = quote(
      run_grid(grid = grid, model = "conv_stack", dataset = iris, store = store)
    )
  )
  for (said in names(mistakes)) {
    told <- advised(eval(mistakes[[said]]))
    expect_match(told, said, fixed = TRUE)
    expect_no_match(told, "report it")
  }
  expect_error(call_python("run_status", nonsense = 1), "please report it")
})
