test_that("settings are told with where they come from", {
  skip_without_python()
  table <- run_settings("kh2021", "two-layer", where = layer1 == 16, protocol = "as-described")
  expect_s3_class(table, "tunegrid_table")
  scaling <- table[table$setting == "scaling", ]
  expect_equal(c(scaling$value, scaling$from), c("unit", "the study"))
  changed <- run_settings("kh2021", "two-layer", set = list(epochs = 2))
  expect_equal(changed$from[changed$setting == "epochs"], "set")
})
