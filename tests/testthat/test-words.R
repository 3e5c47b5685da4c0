# Words of the command, of Python, and of what checks values there.
foreign <- paste(
  c(
    "--[a-z]", "tune-grid", "\\b(None|True|False|dict|mapping|str|int|float|bool|tuple)\\b",
    "\\bnp\\.", "\\.py\\b", "\\bkeras\\.", "should match pattern", "\\[[a-z][a-z.-]*\\]",
    "experiment\\.grid", "nobody foresaw", "report it", "object at 0x"
  ),
  collapse = "|"
)

# What is said of each mistake, without the paths of this machine.
say_all <- function(mistakes, folders) {
  for (mistake in mistakes) {
    condition <- tryCatch(suppressMessages(eval(mistake, folders)), error = identity)
    if (!inherits(condition, "error")) {
      stop("No error: ", deparse(mistake)[1])
    }
    said <- paste(c(condition$message, condition$body), collapse = " ")
    for (name in names(Filter(is.character, folders))) {
      said <- gsub(folders[[name]], paste0("<", name, ">"), said, fixed = TRUE)
    }
    if (grepl(foreign, said)) {
      fail(paste0("A foreign word in: ", said))
    }
    cat("# ", paste(trimws(deparse(mistake, 500)), collapse = " "), "\n", sep = "")
    cat(class(condition)[1], ": ", said, "\n", sep = "")
  }
  succeed()
}

local_folders <- function(env = parent.frame()) {
  list(
    store = local_store(env), nowhere = "/nonexistent/place",
    empty = withr::local_tempdir(.local_envir = env), folder = exported_folder()
  )
}

test_that("what is wrong with a study or a question is said in R's words", {
  folders <- local_folders()
  mistakes <- expression(
    load_study("kh2020"), load_study(""), load_study(NULL), load_study(NA), load_study(5),
    load_study(iris), load_study(c("kh2021", "nn-modelling")), load_study(mean),
    load_study("nowhere/study.toml"), audit_study("x"), audit_study(iris), run_status(5),
    run_status("x", store = store), verify_store("x", store = store),
    read_results("kh2021", experiments = "four", store = store),
    read_results("kh2021", experiments = 4, store = store),
    read_results("kh2021", where = "layer1 = 16", store = store),
    read_results("kh2021", where = "import os", store = store),
    read_results("kh2021", where = "layer9 == 16", store = store),
    read_results("kh2021", where = "layer1 == 1", store = store),
    read_results("kh2021", where = 5, store = store),
    read_results("kh2021", protocol = "x", store = store),
    read_results("kh2021", preset = "slow", store = store),
    read_results("kh2021", preset = c("full", "quick"), store = store),
    read_results("kh2021", any = "yes", store = store),
    read_results("kh2021", any = NA, store = store),
    read_results("kh2021", store = 5),
    comparison_table(iris), comparison_table(iris, directory = folder),
    comparison_table(data.frame(accuracy = 1), store = store),
    comparison_table(list(1, 2), store = store),
    comparison_table(c("kh2021", "x"), directory = folder),
    comparison_table("kh2021", "x", directory = folder),
    comparison_table("kh2021", where = "layer1 == 16", directory = folder),
    comparison_table("kh2021", directory = nowhere),
    comparison_table("nn-modelling", directory = folder),
    compare_published("kh2021", score = "x", store = store),
    check_claims("kh2021", claims = "x", store = store),
    check_claims("kh2021", claims = "x", directory = folder),
    plan_seeds("kh2021", claims = 5, store = store),
    rank_configurations("kh2021", where = "y == 1", store = store),
    rank_configurations("kh2021", "two-layer", store = store),
    published_table("kh2021", "x", store = store), published_table("kh2021", 5, store = store),
    published_table("kh2021", NULL, store = store)
  )
  expect_snapshot(cran = TRUE, say_all(mistakes, folders))
})

test_that("what is wrong with a store, a folder or a file is said in R's words", {
  folders <- local_folders()
  damaged <- withr::local_tempdir()
  writeLines("x", file.path(damaged, "results.sqlite"))
  changed <- withr::local_tempdir()
  file.copy(list.files(exported_folder(), full.names = TRUE), changed)
  cat("x\n", file = file.path(changed, "run.csv"), append = TRUE)
  there <- withr::local_tempfile(fileext = ".keras", lines = "x")
  folders <- c(folders, list(damaged = damaged, changed = changed, there = there))
  mistakes <- expression(
    verify_store(store = nowhere), repair_store(store = nowhere),
    read_results("kh2021", store = there), read_results("kh2021", store = damaged),
    repair_store(store = damaged),
    repair_store(store = store, dry_run = "maybe"), run_grid("kh2021", store = there),
    show_model("zzz", store = store), show_model("abcd", store = store),
    show_model(5, store = store), show_model("0b669140", store = nowhere), show_model(NULL),
    export_model("0b669140", "x.txt", store = store),
    export_model("0b669140", there, store = store),
    export_model("0b669140", file.path(nowhere, "x.keras"), store = store),
    export_model("0b669140", file.path(empty, "x.keras"), train = "no", store = store),
    export_model("0b669140", file.path(empty, "x.keras"), store = store),
    export_results("kh2021", damaged, store = store), export_results("kh2021", NULL, store = store),
    export_results("nn-modelling", file.path(empty, "x"), store = store),
    export_results("kh2021", file.path(empty, "x"), experiments = "x", store = store),
    import_results(nowhere, store = store), import_results(empty, store = store),
    import_results(changed, store = store), import_results(5, store = store),
    render_report("kh2021", output = "x.docx", directory = folder),
    render_report("kh2021", output = file.path(nowhere, "x.html"), directory = folder),
    render_report("nn-modelling", output = file.path(empty, "x.html"), directory = folder),
    render_report("x", store = store), dataset_status(data_dir = nowhere), dataset_status(iris)
  )
  expect_snapshot(cran = TRUE, say_all(mistakes, folders))
})

test_that("what is wrong with data is said in R's words", {
  folders <- local_folders()
  here <- environment()
  csv <- \(...) withr::local_tempfile(fileext = ".csv", lines = c(...), .local_envir = here)
  files <- list(
    unlabelled = csv("a,b", "1,2"), worded = csv("label,b", "1,x"),
    parted = csv("label,b,part", "1,2,x"), halved = csv("label,b", "0.5,1"), empty_file = csv(""),
    broken = withr::local_tempfile(fileext = ".npz", lines = "x")
  )
  texts <- withr::local_tempfile(fileext = ".npz")
  reticulate::py_run_string(paste0(
    "import numpy as np\nnp.savez(r'", texts, "', x_train=np.array(['a']), ",
    "y_train=np.zeros(1, int), x_test=np.zeros((1, 2)), y_test=np.zeros(1, int))"
  ))
  unknown <- reticulate::py_eval("object()", convert = FALSE)
  folders <- c(folders, files, list(texts = texts, unknown = unknown))
  mistakes <- expression(
    check_data("mnst", store = store), check_data("x.csv", store = store),
    check_data(5, store = store), check_data(iris, store = store), check_data(NULL),
    check_data(unlabelled, store = store), check_data(worded, store = store),
    check_data(parted, store = store), check_data(halved, store = store),
    check_data(empty_file, store = store), check_data(broken, store = store),
    check_data(texts, store = store), check_data(unknown, store = store),
    run_grid("kh2021", data_dir = nowhere, store = store)
  )
  expect_snapshot(cran = TRUE, say_all(mistakes, folders))
})

test_that("what is wrong with a grid of a study is said in R's words", {
  folders <- local_folders()
  mistakes <- expression(
    run_grid(store = store), run_grid(iris),
    run_grid("kh2021", set = c(epochs = 2), store = store),
    run_grid("kh2021", set = c(1, 2), store = store),
    run_grid("kh2021", set = "dropout=0.3", store = store),
    run_grid("kh2021", set = list(1, 2), store = store),
    run_grid("kh2021", set = iris, store = store),
    run_grid("kh2021", set = list(epchs = 2), store = store),
    run_grid("kh2021", set = list(nonsense = 2), store = store),
    run_grid("kh2021", set = list(dropout = "a"), store = store),
    run_grid("kh2021", set = list(dropout = 2), store = store),
    run_grid("kh2021", set = list(dropout = c(1, 2)), store = store),
    run_grid("kh2021", set = list(dropout = iris), store = store),
    run_grid("kh2021", set = list(dropout = NA), store = store),
    run_grid("kh2021", set = list(dropout = Sys.Date()), store = store),
    run_grid("kh2021", set = list(learning_rate = -1), store = store),
    run_grid("kh2021", set = list(epochs = NULL), store = store),
    run_grid("kh2021", set = list(epochs = TRUE), store = store),
    run_grid("kh2021", set = list(batch_size = 0.5), store = store),
    run_grid("kh2021", set = list(optimizer = 5), store = store),
    run_grid("kh2021", set = list(scaling = "x"), store = store),
    run_grid("kh2021", set = list(dataset = "x"), store = store),
    run_grid("kh2021", set = list(validation = "fold", fold = 9, folds = 3), store = store),
    run_grid("kh2021", grid = list(1, 2), store = store),
    run_grid("kh2021", grid = list(layer1 = 16), store = store),
    run_grid("kh2021", grid = 5, store = store),
    run_grid("kh2021", grid = data.frame(layer1 = 16), store = store),
    run_grid("kh2021", "two-layer", grid = data.frame(layer1 = 16), store = store),
    run_grid("kh2021", "two-layer", grid = data.frame(), store = store),
    run_grid("kh2021", "two-layer", grid = data.frame(layer9 = 16), store = store),
    run_grid("kh2021", "two-layer", grid = data.frame(layer1 = "a"), store = store),
    run_grid("kh2021", "two-layer", grid = data.frame(layer1 = 0.5), store = store),
    run_grid("kh2021", seeds = 0, store = store), run_grid("kh2021", seeds = "a", store = store),
    run_grid("kh2021", seeds = c(1, 2), store = store),
    run_grid("kh2021", epochs = "a", store = store), run_grid("kh2021", epochs = 0, store = store),
    run_grid("kh2021", epochs = 1.5, store = store),
    run_grid("kh2021", train_size = 1e9, store = store),
    run_grid("kh2021", precision = "float8", store = store),
    run_grid("kh2021", preset = "slow", store = store),
    run_grid("kh2021", engine = "torch", store = store),
    run_grid("kh2021", workers = 0, store = store),
    run_grid("kh2021", workers = TRUE, store = store),
    run_grid("kh2021", protocol = "x", store = store),
    run_grid("kh2021", experiments = "x", store = store),
    run_grid("kh2021", where = "layer1 == 1", store = store),
    run_grid("kh2021", where = "layer1 +", store = store),
    run_grid("kh2021", time_limit = 0, store = store),
    run_grid("kh2021", retry_failed = 1, store = store), run_grid("kh2021", quiet = NA),
    run_grid("kh2021", model = "conv_stack", store = store),
    run_grid("kh2021", dataset = "mnist", store = store),
    run_grid("kh2021", until_decided = NA, store = store),
    run_grid("kh2021", until_decided = TRUE, budget = "x", store = store),
    run_grid("kh2021", until_decided = TRUE, budget = c(1, 2), store = store),
    run_grid("kh2021", until_decided = TRUE, claims = "x", store = store),
    run_grid("kh2021", until_decided = TRUE, epochs = 2, store = store),
    run_grid("kh2021", until_decided = TRUE, keep_models = TRUE, store = store),
    run_grid("kh2021", claims = "best-of-all", store = store),
    run_grid("kh2021", budget = "2h", store = store),
    run_grid(until_decided = TRUE, store = store)
  )
  expect_snapshot(cran = TRUE, say_all(mistakes, folders))
})

test_that("what is wrong with a grid of one's own is said in R's words", {
  folders <- local_folders()
  keras <- reticulate::import("keras")
  flat <- function(...) {
    keras$Sequential(list(keras$layers$Flatten(), ..., keras$layers$Dense(10L)))
  }
  shaped <- function(...) {
    input <- keras$Input(c(28L, 28L, 1L))
    keras$Sequential(list(input, keras$layers$Flatten(), keras$layers$Dense(...)))
  }
  own <- function(grid, model, ..., store = folders$store) {
    run_grid(grid = grid, model = model, ..., store = store)
  }
  # A function's text is another one from R to R.
  gives <- function(model) {
    force(model)
    function(row) model
  }
  grid <- data.frame(units = 8, activation = "relu")
  conv <- data.frame(layer1 = 16, layerdense = 16)
  mistakes <- expression(
    own(grid, NULL), own(NULL, "conv_stack"), own(grid, "conv_stack"), own(conv, "conv_stak"),
    own(conv, 5), own(conv, iris), own(conv, list()), own(conv, c("a", "b")), own(conv, keras),
    own(grid, gives(NULL)), own(grid, gives(iris)), own(grid, gives("x")), own(grid, gives(5)),
    own(grid, gives(list(1, 2))), own(grid, gives(keras$layers$Dense)), own(grid, shaped(10L)),
    own(grid, gives(keras$layers$Dense(2L))), own(grid, gives(flat())),
    own(grid, gives(shaped(10L))), own(grid, gives(shaped(3L, activation = "softmax"))),
    own(list(layer1 = 16), "conv_stack"), own(list(16), "conv_stack"), own(16, "conv_stack"),
    own(matrix(1:4, 2), "conv_stack"), own(conv[0, ], "conv_stack"), own(list(units = 1), flat),
    own(transform(conv, layer1 = "a"), "conv_stack"),
    own(transform(conv, layer1 = -1), "conv_stack"),
    own(transform(conv, layer1 = NA), "conv_stack"),
    own(transform(conv, layer1 = 1.5), "conv_stack"),
    own(transform(conv, layer1 = TRUE), "conv_stack"),
    own(transform(conv, when = as.Date("2026-01-01")), "conv_stack"),
    own(transform(conv, layer1 = I(list(1:2))), "conv_stack"),
    own(transform(conv, layer1 = 2i), "conv_stack"),
    own(transform(conv, accuracy = 1), "conv_stack"),
    own(conv, "conv_stack", dataset = iris), own(conv, "conv_stack", dataset = "x"),
    own(conv, "conv_stack", dataset = c("mnist", "fashion_mnist")),
    own(conv, "conv_stack", data = iris), own(conv, "conv_stack", name = ""),
    own(conv, "conv_stack", name = "A b"), own(conv, "conv_stack", name = 5),
    own(conv, "conv_stack", name = "kh2021"), own(conv, "conv_stack", protocol = "x"),
    own(conv, "conv_stack", experiments = "x"), own(conv, "conv_stack", set = list(epchs = 2)),
    own(conv, "conv_stack", set = c(scaling = "x")), own(conv, "conv_stack", train_size = 1e9)
  )
  folders <- c(folders, list(
    own = own, grid = grid, conv = conv, keras = keras, gives = gives, flat = flat, shaped = shaped
  ))
  expect_snapshot(cran = TRUE, say_all(mistakes, folders))
})

test_that("what is wrong with a study file is said in R's words", {
  skip_without_python()
  shipped <- file.path(python_folder(), "tunegrid", "study", "shipped", "nn-modelling")
  folder <- withr::local_tempdir()
  file.copy(list.files(shipped, full.names = TRUE), folder)
  file <- file.path(folder, "study.toml")
  lines <- readLines(file)
  written <- function(...) {
    writeLines(c(...), file)
    load_study(file)
  }
  changed <- function(line, in_its_place) {
    written(sub(paste0("^", line, " = .*"), in_its_place, lines))
  }
  mistakes <- expression(
    written("x = ["), written("title = 5"), written(unlist(lines), "[nonsense]", "a = 1"),
    changed("id", "id = 'A b'"), changed("architecture", ""), changed("epochs", "epochs = 'a'")
  )
  folders <- list(folder = folder, written = written, changed = changed, lines = as.list(lines))
  expect_snapshot(cran = TRUE, say_all(mistakes, folders))
})
