# The irises as a file: a third of each kind is for testing.
local_irises <- function(env = parent.frame()) {
  file <- withr::local_tempfile(fileext = ".csv", .local_envir = env)
  flowers <- data.frame(
    iris[1:4],
    label = as.integer(iris$Species) - 1,
    part = ifelse(seq_len(nrow(iris)) %% 3 == 0, "test", "train")
  )
  write.csv(flowers, file, row.names = FALSE)
  file
}

test_that("data of one's own is counted, and its one duplicate found", {
  skip_without_python()
  found <- check_data(local_irises(), store = withr::local_tempdir())
  count_of <- function(check, part) found$count[found$check == check & found$part == part]
  expect_identical(count_of("examples", "train"), 100L)
  expect_identical(count_of("class 2", "test"), 17L)
  # The flowers 102 and 143 are the same, and 102 is for testing.
  is_across <- duplicated(rbind(iris[c(TRUE, TRUE, FALSE), 1:4], iris[c(FALSE, FALSE, TRUE), 1:4]))
  expect_identical(count_of("duplicates", "train and test"), sum(is_across[101:150]))
  expect_identical(count_of("duplicates with another label", "train and test"), 0L)
})

test_that("only what people need is printed, and what is not known is said in R's words", {
  skip_without_python()
  found <- check_data(local_irises(), store = withr::local_tempdir())
  expect_match(format(found)[1], "|check", fixed = TRUE)
  expect_false(any(grepl("|estimate", format(found), fixed = TRUE)))
  expect_match(attr(found, "note"), "`run_grid()` makes some by the settings", fixed = TRUE)
})

test_that("a name that nothing has is an error with the choices", {
  skip_without_python()
  expect_error(
    check_data("mnst", store = withr::local_tempdir()),
    "There is no data set 'mnst': give one of fashion_mnist, mnist",
    class = "tunegrid_error_spec"
  )
})
