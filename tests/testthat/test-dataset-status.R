test_that("every data set has a row, and its state is a factor", {
  skip_without_python()
  found <- dataset_status()
  expect_setequal(unique(found$dataset), c("fashion_mnist", "mnist", "fashion_mnist_kaggle"))
  expect_equal(levels(found$state), c("whole", "damaged", "not found"))
})
