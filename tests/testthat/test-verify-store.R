test_that("a whole store is proved whole", {
  store <- local_store()
  checks <- verify_store("kh2021", store = store)
  expect_equal(levels(checks$state), c("ok", "incomplete", "wrong"))
  expect_true(all(checks$state == "ok"))
  expect_equal(nrow(repair_store(store, dry_run = TRUE)), 0)
})

test_that("what is wrong is found, said and mended", {
  store <- local_store()
  dir.create(file.path(store, "models"), showWarnings = FALSE)
  writeLines("x", file.path(store, "models", paste0(strrep("0", 64), ".weights.h5")))
  expect_match(attr(verify_store(store = store), "findings"), "left over", all = FALSE)
  expect_equal(repair_store(store)$repair, "remove files")
  expect_null(attr(verify_store(store = store), "findings"))
})
