test_that("the studies are listed", {
  skip_without_python()
  found <- studies()
  expect_s3_class(found, "tunegrid_table")
  expect_true("kh2021" %in% found$study)
  expect_type(found$configurations, "integer")
})

test_that("a study has its parts and what it printed", {
  skip_without_python()
  study <- load_study("kh2021")
  expect_equal(study$id, "kh2021")
  expect_equal(as.character(study$parts$experiments$experiment)[1], "one-layer")
  expect_equal(nrow(study$published[["two-layer"]]), 20)
  expect_output(print(study), "Protocols: ways in which the study's runs are made")
})

test_that("a study knits as tables with captions", {
  skip_without_python()
  knitted <- knitr::knit_print(load_study("kh2021"))
  expect_s3_class(knitted, "knit_asis")
  expect_match(knitted, "Protocols: ways in which the study's runs are made", fixed = TRUE)
  expect_match(knitted, "|one-layer", fixed = TRUE)
  expect_no_match(knitted, "##", fixed = TRUE)
})

test_that("a study stands for itself in other verbs", {
  skip_without_python()
  expect_identical(audit_study(load_study("korssjoen2020")), audit_study("korssjoen2020"))
})

test_that("a study of one's own is given by its path", {
  skip_without_python()
  folder <- file.path(python_folder(), "tunegrid", "study", "shipped", "kh2021")
  expect_equal(load_study(file.path(folder, "study.toml"))$id, "kh2021")
  withr::local_dir(folder)
  expect_equal(load_study("study.toml")$id, "kh2021")
})
