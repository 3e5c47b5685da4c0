test_that("printed layers stand beside those of our model", {
  skip_without_python()
  table <- published_table("nn-modelling", "layers")
  expect_s3_class(table, "tunegrid_table")
  expect_equal(table$published_layer[2:3], table$layer[2:3])
  expect_match(attr(table, "caption"), "^nn-modelling ")
})

test_that("a summary is of our runs", {
  store <- local_store()
  table <- published_table("kh2021", "depths", store = store)
  expect_equal(sum(table$runs), 2)
})
