test_that("the gravest findings come first, as a factor says", {
  skip_without_python()
  found <- audit_study("kh2021")
  expect_equal(levels(found$gravity), c("overturns", "discrepancy", "note"))
  expect_false(is.unsorted(as.integer(found$gravity)))
})

test_that("all shipped studies are audited by default", {
  skip_without_python()
  expect_setequal(unique(audit_study()$study), studies()$study)
})
