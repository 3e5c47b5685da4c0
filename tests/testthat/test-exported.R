test_that("an exported folder is read without Python", {
  lines <- in_fresh_session(
    "folder <- system.file('extdata', 'kh2021', package = 'tunegrid')",
    "runs <- read_results('kh2021', directory = folder)",
    "table <- comparison_table('kh2021', 'two-layer', directory = folder)",
    "cat(nrow(runs), nrow(table), reticulate::py_available(initialize = FALSE))",
    environment = c(RETICULATE_PYTHON = "/nonexistent")
  )
  expect_equal(lines, "2 20 FALSE")
})

test_that("columns have their types, also where nothing is known", {
  runs <- read_results("kh2021", directory = exported_folder())
  expect_type(runs$accuracy, "double")
  expect_type(runs$replicate, "integer")
  expect_type(runs$failure, "character")
  expect_type(runs$key, "character")
  expect_s3_class(runs$experiment, "factor")
  expect_equal(runs$departures, c("", ""))
  table <- comparison_table("kh2021", "one-layer", directory = exported_folder())
  expect_type(table$accuracy_sd, "double")
  expect_type(table$replicates, "integer")
})

test_that("a folder gives what a store with its runs gives", {
  store <- local_store()
  folder <- exported_folder()
  expect_equal(
    read_results("kh2021", directory = folder),
    read_results("kh2021", store = store),
    ignore_attr = c("left_out", "columns")
  )
  for (experiment in c("two-layer", "base", "compare")) {
    of_folder <- comparison_table("kh2021", experiment, directory = folder)
    of_store <- comparison_table("kh2021", experiment, store = store)
    expect_identical(format(of_folder), format(of_store))
    expect_identical(attr(of_folder, "caption"), attr(of_store, "caption"))
  }
  for (experiments in list(NULL, "two-layer", c("base", "compare"))) {
    of_folder <- comparison_table("kh2021", experiments, directory = folder)
    of_store <- comparison_table("kh2021", experiments, store = store)
    expect_identical(names(of_folder), names(of_store))
    expect_identical(said_of(of_folder)$note, said_of(of_store)$note)
  }
})

test_that("the order of a table without end is not compared", {
  frame <- data.frame(published_accuracy = seq(0, 1, length.out = 10001), replicates = 1L)
  frame$accuracy <- frame$published_accuracy
  expect_match(agreement_notes(frame), "not computed for more than 10000 configurations")
})

test_that("the rank agreement of a folder is Python's", {
  skip_without_python()
  store <- withr::local_tempdir()
  run <- run_grid(
    "kh2021",
    experiments = "two-layer", where = "layer1 == 16", epochs = 1, train_size = 256,
    store = store, quiet = TRUE
  )
  table <- comparison_table(run)
  expect_match(attr(table, "note"), "Kendall's \u03c4 = ", fixed = TRUE)
  expect_identical(agreement_notes(as.data.frame(table)), attr(table, "note"))
  several <- comparison_table("kh2021", any = TRUE, store = store)
  expect_identical(agreement_notes(as.data.frame(several)), attr(several, "note"))
})

test_that("experiments stand below each other in the study's order", {
  table <- comparison_table("kh2021", directory = exported_folder())
  expect_equal(levels(table$experiment)[1:3], c("one-layer", "two-layer", "three-layer"))
  expect_equal(nrow(table), 81)
  two <- comparison_table("kh2021", "two-layer,one-layer", directory = exported_folder())
  expect_equal(levels(two$experiment), c("one-layer", "two-layer"))
  expect_equal(attr(two, "caption"), "kh2021 one-layer, two-layer, protocol as-run")
})

test_that("what a folder cannot give is refused", {
  withr::local_dir(dirname(exported_folder()))
  expect_snapshot(cran = TRUE, {
    say_error(read_results("kh2021", directory = "nowhere"))
    say_error(read_results("korssjoen2020", directory = "kh2021"))
    say_error(read_results("kh2021", "two-layers", directory = "kh2021"))
    say_error(read_results("kh2021", protocol = "as-described", directory = "kh2021"))
    say_error(read_results("kh2021", where = "layer1 == 16", directory = "kh2021"))
    say_error(comparison_table("kh2021", any = TRUE, directory = "kh2021"))
    say_error(comparison_table("kh2021", preset = "quick", directory = "kh2021"))
  })
})

# A copy of the small export, to be forged, beside a file that is none of its own.
forged_folder <- function(env = parent.frame()) {
  around <- withr::local_tempdir(.local_envir = env)
  file.copy(exported_folder(), around, recursive = TRUE)
  writeLines("secret\n1", file.path(around, "secret.csv"))
  file.path(around, "kh2021")
}

# The manifest says of files what a forger would have it say.
forge_manifest <- function(folder, names) {
  file <- file.path(folder, "manifest.json")
  lines <- readLines(file)
  for (name in names) {
    entry <- paste0("    \"", name, "\": \"", cli::hash_file_sha256(file.path(folder, name)), "\",")
    lines <- lines[!startsWith(lines, paste0("    \"", name, "\": "))]
    lines <- append(lines, entry, grep("\"files\": ", lines, fixed = TRUE))
  }
  writeLines(lines, file)
}

test_that("a protocol whose name begins as another's is another", {
  folder <- forged_folder()
  file.copy(
    file.path(folder, "comparison-as-run-two-layer.csv"),
    file.path(folder, "comparison-as-run-pooled-two-layer.csv")
  )
  cat("comparison-as-run-pooled-two-layer.csv,,other\n", file = file.path(folder, "dictionary.csv"), append = TRUE)
  forge_manifest(folder, c("dictionary.csv", "comparison-as-run-pooled-two-layer.csv"))
  table <- comparison_table("kh2021", directory = folder)
  expect_false("pooled-two-layer" %in% table$experiment)
})

test_that("a dictionary that names files elsewhere is refused", {
  for (name in c("x/../../secret.csv", "/../../secret.csv", "x\\\\..\\\\secret.csv")) {
    folder <- forged_folder()
    dictionary <- file.path(folder, "dictionary.csv")
    name <- paste0(c("results-", "comparison-as-run-"), name)
    write(paste0('"', name, '","","m"'), dictionary, append = TRUE)
    forge_manifest(folder, "dictionary.csv")
    dir.create(file.path(folder, "results-x"))
    expect_error(
      read_results("kh2021", protocol = "x/../../secret", directory = folder),
      "which is no file of the folder",
      class = "tunegrid_error_store"
    )
    expect_error(comparison_table("kh2021", directory = folder), class = "tunegrid_error_store")
  }
})

test_that("a protocol or an experiment that is a path is refused", {
  folder <- forged_folder()
  expect_error(read_results("kh2021", protocol = "../secret", directory = folder), "no other protocol")
  expect_error(comparison_table("kh2021", "../secret", directory = folder), "has no experiment")
})

test_that("links, empty files and damaged ones of a folder are refused in words", {
  skip_on_os("windows")
  for (name in c("manifest.json", "dictionary.csv", "results-as-run.csv")) {
    folder <- forged_folder()
    file.rename(file.path(folder, name), file.path(dirname(folder), "elsewhere"))
    file.symlink(file.path(dirname(folder), "elsewhere"), file.path(folder, name))
    expect_error(read_results("kh2021", directory = folder), "is a symbolic link")
    unlink(file.path(folder, name))
    file.create(file.path(folder, name))
    expect_error(read_results("kh2021", directory = folder), "is missing or empty")
  }
  folder <- forged_folder()
  file <- file.path(folder, "results-as-run.csv")
  lines <- readLines(file)
  writeLines(c(lines[1], gsub("[0-9]", "x", lines[-1])), file)
  expect_error(
    read_results("kh2021", directory = folder), "is not as it was exported",
    class = "tunegrid_error_store"
  )
  forge_manifest(folder, "results-as-run.csv")
  expect_error(
    read_results("kh2021", directory = folder), "is damaged", class = "tunegrid_error_store"
  )
})

test_that("a file that changes between the look at it and its copy is refused", {
  folder <- forged_folder()
  changes <- quote(if (name == "audit.csv") cat("more\n", file = file, append = TRUE))
  there <- asNamespace("tunegrid")
  suppressMessages(trace("exported_file", exit = changes, where = there, print = FALSE))
  withr::defer(suppressMessages(untrace("exported_file", where = there)))
  taken <- file.path(withr::local_tempdir(), "taken")
  expect_error(taken_export(folder, taken, environment()), "is not as it was exported")
})

test_that("a label that looks like a number is the text that it is", {
  folder <- forged_folder()
  for (name in c("plan.csv", "results-as-run.csv")) {
    lines <- gsub("layer1", "tag", readLines(file.path(folder, name)))
    lines <- sub('"tag"":16', '"tag"":""007""', lines, fixed = TRUE)
    writeLines(sub("two-layer,16,", "two-layer,007,", lines), file.path(folder, name))
  }
  forge_manifest(folder, c("plan.csv", "results-as-run.csv"))
  expect_identical(unique(read_results("kh2021", directory = folder)$tag), "007")
})

test_that("a mean of counts is a number", {
  folder <- forged_export("comparison-as-run-two-layer.csv", \(lines) {
    paste0(lines, ",", c("parameters", rep("28394.5", length(lines) - 1)))
  })
  table <- comparison_table("kh2021", "two-layer", directory = folder)
  expect_identical(unique(table$parameters), 28394.5)
})

test_that("a manifest is read once, and of bounded size", {
  folder <- forged_export("audit.csv", identity)
  manifest <- file.path(folder, "manifest.json")
  before <- readLines(manifest)
  writeLines(c(before, sprintf('  "x%d.csv": "%s",', seq_len(10001), strrep("0", 64))), manifest)
  expect_error(read_results("kh2021", directory = folder), "more than 10000 files")
  writeLines(c(before, strrep(" ", manifest_most)), manifest)
  expect_error(read_results("kh2021", directory = folder), "larger than 4 MiB")
})

test_that("no packed file is unpacked", {
  folder <- forged_export("audit.csv", identity)
  for (begins in list(c(0x1f, 0x8b), c(0xff, 0x4c), c(0x28, 0xb5))) {
    writeBin(as.raw(begins), file.path(folder, "protocols.csv"))
    expect_error(read_results("kh2021", directory = folder), "packed file")
  }
})

test_that("a table without its columns is damaged, and one of too many is refused", {
  for (name in c("results-as-run.csv", "epoch.csv")) {
    folder <- forged_export(name, \(lines) "a")
    expect_error(read_epochs("kh2021", directory = folder), "is damaged", class = "tunegrid_error_store")
    folder <- forged_export(name, \(lines) strrep(",", 10000))
    expect_error(read_epochs("kh2021", directory = folder), "10000 columns", class = "tunegrid_error_store")
  }
})
