nowhere <- c(RETICULATE_PYTHON = "/nonexistent/python")

test_that("the package loads without Python, and says what needs it", {
  lines <- in_fresh_session(
    "cat(reticulate::py_available(initialize = FALSE), '\\n')",
    "error <- tryCatch(studies(), tunegrid_error_python = identity)",
    "cat(class(error)[1:2], '\\n')",
    "cat(error$message, '\\n', error$body, '\\n')",
    "cat(tunegrid_available())",
    environment = nowhere
  )
  expect_equal(trimws(lines[1]), "FALSE")
  expect_match(lines, "tunegrid_error_python tunegrid_error", all = FALSE)
  expect_match(lines, "RETICULATE_PYTHON is '/nonexistent/python', and there is no", all = FALSE)
  expect_match(lines, "RETICULATE_PYTHON", all = FALSE)
  expect_equal(lines[length(lines)], "FALSE")
})

test_that("a RETICULATE_PYTHON that is none is named, with what to do", {
  folder <- withr::local_tempdir()
  file.create(file.path(folder, "python"))
  withr::local_dir(folder)
  said <- "and there is no such file in the folder .*: name it by its whole path"
  expect_match(no_python_said(".venv/bin/python"), paste0("is '.venv/bin/python', ", said))
  expect_match(no_python_said("/none/python"), "'/none/python', and there is no such file")
  expect_match(no_python_said(folder), "is a folder: name the program in it")
  expect_match(no_python_said("python"), "does not start as a Python")
  expect_equal(no_python_said(""), "No Python was found that can be started.")
  lines <- in_fresh_session(
    "error <- tryCatch(studies(), tunegrid_error_python = identity)",
    "cat(error$message)",
    environment = c(RETICULATE_PYTHON = ".venv/bin/python")
  )
  expect_match(lines[length(lines)], "RETICULATE_PYTHON is '.venv/bin/python', and there is no")
})

test_that("the situation is reported without Python too", {
  lines <- in_fresh_session("tunegrid_sitrep()", environment = nowhere)
  expect_match(lines, "python +.*missing.*RETICULATE_PYTHON is '/nonexistent", all = FALSE)
  expect_match(lines, "install_tunegrid\\(\\)|reticulate makes a Python", all = FALSE)
  expect_match(lines, "knitr +.*ok", all = FALSE)
})

test_that("the situation with Python has every part", {
  skip_without_python()
  report <- tunegrid_sitrep()
  expect_s3_class(report, "tunegrid_table")
  expect_equal(levels(report$state), c("ok", "optional", "missing"))
  expect_true(all(c("R", "reticulate", "python", "keras", "store") %in% report$what))
})

test_that("variables that are set after Python has started are heard of", {
  store <- local_store()
  withr::local_envvar(TUNEGRID_STORE = store)
  expect_equal(run_status()$done, 2)
  withr::local_envvar(TUNEGRID_STORE = withr::local_tempdir())
  expect_warning(
    expect_equal(nrow(run_status()), 0),
    class = "tunegrid_warning_store"
  )
})

test_that("an environment is made and filled only by who calls for it", {
  expect_identical(eval(formals(install_tunegrid)$packages), python_packages)
  expect_match(python_packages, "^keras", all = FALSE)
  functions <- Filter(is.function, as.list(asNamespace("tunegrid"), all.names = TRUE))
  installs <- vapply(
    functions,
    \(one) any(c("virtualenv_install", "py_install") %in% all.names(body(one))),
    logical(1)
  )
  expect_identical(names(functions)[installs], "install_tunegrid")
})

test_that("the package is loaded without reticulate, which takes a second", {
  lines <- in_fresh_session("cat(isNamespaceLoaded('reticulate'))")
  expect_equal(lines[length(lines)], "FALSE")
})

test_that("asking for Python makes none where none is chosen", {
  lines <- in_fresh_session(
    "if (tunegrid:::would_install()) {",
    "  cat(tunegrid_available(), nrow(tunegrid_sitrep()) > 5)",
    "  cat('', reticulate::py_available(initialize = FALSE))",
    "} else {",
    "  cat(tunegrid:::can_require(), TRUE, FALSE)",
    "}",
    environment = c(RETICULATE_PYTHON = "", WORKON_HOME = withr::local_tempdir())
  )
  expect_equal(lines[length(lines)], "FALSE TRUE FALSE")
})

test_that("workers run the Python that the situation names", {
  skip_without_python()
  skip_on_os(c("windows", "mac"))
  seen <- character()
  note <- \(message) {
    seen <<- c(seen, system2("ps", c("--ppid", Sys.getpid(), "-o", "args="), stdout = TRUE))
    invokeRestart("muffleMessage")
  }
  withCallingHandlers(train_small(withr::local_tempdir()), message = note)
  workers <- grep("tunegrid.running.worker", seen, value = TRUE)
  sitrep <- tunegrid_sitrep()
  python <- sub("^[0-9.]+, ", "", sitrep$detail[sitrep$what == "python"])
  expect_identical(unique(sub(" .*", "", workers)), python)
})
