#' Train what is missing of a study's grid
#'
#' Repeating a call trains only what is missing; a run that two studies share
#' is trained once. Progress is a bar in a terminal, one line in
#' a knitted document, and lines elsewhere; nothing with `quiet = TRUE`.
#' `Ctrl-C` stops between two steps with a condition of class
#' `tunegrid_interrupted`: what was done is kept, and repeating the call goes on.
#'
#' @param study The id of a shipped study, the path of a study.toml, or what
#'   [load_study()] returned; none for a grid of one's own.
#' @param experiments Names; all by default.
#' @param where A condition on configuration columns: an expression, as
#'   `layer1 == 16 & layerdense %in% c(16, 32)`, in which names are columns and
#'   `.env$x` or `!!x` is a variable of R's; or the same as a text,
#'   `"layer1 == 16 and layerdense in (16, 32)"`.
#' @param protocol By default the study's own default.
#' @param set A named list of settings that take the place of the protocol's;
#'   the runs are marked.
#' @param preset `"full"`, or `"quick"` (2 epochs of 10 000 images: a look at a
#'   study's grid, no replication).
#' @param grid A data frame with a row for each configuration, as
#'   [expand.grid()] gives one, in place of the one experiment's own grid; the
#'   runs are marked. Without a study it is one of its own: then `set`, `epochs`,
#'   `train_size` and `precision` say how it is trained, and mark nothing.
#' @param model For a grid without a study: the name of an architecture whose
#'   parameters the columns are, as `"conv_stack"`; or a function that gets a
#'   row as a list and returns a Keras model, as made with
#'   `reticulate::import("keras")`. It is called once for each row, here and
#'   not where the runs are trained: these get the model as JSON. A model whose
#'   layers change on that trip is refused.
#' @param dataset For a grid without a study: `"fashion_mnist"`, the default,
#'   `"mnist"` or `"fashion_mnist_kaggle"`.
#' @param data For a grid without a study: data of one's own in place of
#'   `dataset`, see below.
#' @param name For a grid without a study: the name by which the store knows it,
#'   by default one that follows from what the grid is.
#' @param labels For a grid without a study: columns that only name its rows.
#'   Any other column that nothing reads is an error.
#' @param seeds At least this many replicates of each configuration.
#' @param epochs,train_size,precision Short for `set`, which then cannot have
#'   them. With `"bfloat16"` layers
#'   compute in 16 bits, up to three times as fast where the processor has them;
#'   weights stay in 32.
#' @param workers Runs that train at once; by default as many as there are
#'   cores, or as a cluster has room for.
#' @param engine `"tensorflow"`, or `"reference"` (plain `Model.fit`).
#' @param executor `"local"`, or `"ray"`: the nodes of a Ray cluster train. It
#'   needs the Python package `ray` here, and tunegrid's Python package with the
#'   same versions on every node.
#' @param ray_address With it: `"HOST:PORT"` of the cluster's head; by default
#'   `RAY_ADDRESS`, then the cluster that this machine is a part of.
#' @param store A folder; by default `TUNEGRID_STORE`, then
#'   `./tunegrid-store`.
#' @param data_dir A folder with data sets; by default `TUNEGRID_DATA`.
#' @param retry_failed Try runs again that failed earlier?
#' @param keep_models Keep the weights of every run, not only of each
#'   experiment's best?
#' @param time_limit Seconds that one run may take.
#' @param until_decided Spend seeds where they decide claims, until all are
#'   decided or the budget is spent? Then `seeds`, `retry_failed`, `keep_models`
#'   and what departs from the protocol have no place.
#' @param budget How long workers may train for it, all together, since the
#'   first look: seconds, or a text as `"20m"` or `"2h"`.
#' @param claims Ids of the claims to decide; all by default.
#' @param quiet Say nothing meanwhile?
#'
#' @returns An object of class `tunegrid_run` that says what was done: study,
#'   protocol, store; how many runs were planned, found, done, failed,
#'   failed_before; left_out; seconds. `summary()` counts the runs of the store,
#'   `as.data.frame()` is [read_results()] of them, [plot()][plot.tunegrid_run]
#'   draws them. It can stand for the study in those verbs, which then read what
#'   was run.
#'
#' @section Data of one's own:
#' `data` is a list of `x_train`, `y_train`, `x_test` and `y_test`; what a
#' function of keras3 as `dataset_mnist()` gives; or the path of a `.npz` or
#' `.csv` file. A `.csv` file has a column `label`, numbers in all others, and,
#' if wanted, a column `part` that says `train` or `test`;
#' without it a sixth of each class is for testing, drawn by a generator with a
#' fixed seed, so that the same file is always split in the same way.
#'
#' - Examples are arrays of numbers: n × height × width (grey images), n × height ×
#'   width × channels, or n × features, which a data frame of numbers can be too.
#'   Columns that have names in both parts meet by name.
#'   Whole numbers from 0 to 255 are kept as bytes and scaled as pixels are,
#'   whether R has them as integers or not; others are kept as they are, in
#'   single precision.
#' - Labels are whole numbers from 0, not from 1, or factors with the same levels: then the
#'   levels are the names of the classes. Else `class_names`, one more element of
#'   the list, can name them.
#'
#' A copy is kept in the store, by what is in it: it is there once, however often
#' it is given.
#' @seealso [tunegrid_conditions] for what can go wrong.
#' @export
#' @examplesIf tunegrid_available()
#' store <- tempfile("store")
#' run <- run_grid(
#'   "kh2021",
#'   experiments = "two-layer",
#'   where = "layer2 == 16 and layerdense == 16",
#'   epochs = 1,
#'   train_size = 256,
#'   store = store
#' )
#' run
#' as.data.frame(run)[c("layer1", "layer2", "layerdense", "accuracy")]
#'
#' # A grid and a model of one's own.
#' keras <- reticulate::import("keras")
#' dense <- function(configuration) {
#'   keras$Sequential(list(
#'     keras$Input(c(28L, 28L, 1L)),
#'     keras$layers$Flatten(),
#'     keras$layers$Dense(as.integer(configuration$units), activation = "relu"),
#'     keras$layers$Dense(10L, activation = "softmax")
#'   ))
#' }
#' own <- run_grid(
#'   grid = expand.grid(units = c(8, 16)),
#'   model = dense,
#'   epochs = 1,
#'   train_size = 256,
#'   store = store
#' )
#' comparison_table(own)
#'
#' # Data of one's own: two of the irises' flowers in three are for training.
#' is_test <- seq_len(nrow(iris)) %% 3 == 0
#' irises <- run_grid(
#'   grid = expand.grid(dense1 = c(8, 16)),
#'   model = "dense_stack",
#'   data = list(
#'     x_train = iris[!is_test, 1:4], y_train = iris$Species[!is_test],
#'     x_test = iris[is_test, 1:4], y_test = iris$Species[is_test]
#'   ),
#'   name = "irises",
#'   epochs = 1,
#'   store = store
#' )
#' comparison_table(irises)
run_grid <- function(study = NULL, experiments = NULL, where = NULL, protocol = NULL,
                     set = NULL, preset = "full", grid = NULL, model = NULL,
                     dataset = NULL, data = NULL, name = NULL, labels = NULL, seeds = 1,
                     epochs = NULL, train_size = NULL, precision = NULL, workers = NULL,
                     engine = "tensorflow", executor = "local", ray_address = NULL, store = NULL,
                     data_dir = NULL, retry_failed = FALSE, keep_models = FALSE,
                     time_limit = NULL, until_decided = FALSE, budget = "1h", claims = NULL,
                     quiet = FALSE) {
  where <- as_where(rlang::enquo(where))
  check_flag(until_decided, "until_decided")
  check_flag(quiet, "quiet")
  if (until_decided) {
    departing <- c(
      set = !is.null(set), preset = preset != "full", grid = !is.null(grid),
      model = !is.null(model), dataset = !is.null(dataset), data = !is.null(data),
      name = !is.null(name), labels = !is.null(labels), seeds = seeds != 1, epochs = !is.null(epochs),
      train_size = !is.null(train_size), precision = !is.null(precision),
      engine = engine != "tensorflow", retry_failed = !isFALSE(retry_failed),
      keep_models = !isFALSE(keep_models)
    )
    if (any(departing)) {
      said <- paste0(
        "until_decided and ", names(departing)[departing][1], " do not go together."
      )
      abort_tunegrid(said, "spec", environment())
    }
    done <- call_python(
      "run_until_decided",
      study = as_study(study), budget = budget, claims = claims, experiments = experiments,
      where = where, protocol = protocol, workers = workers, executor = executor,
      ray_address = ray_address, store = as_path(store),
      data_dir = as_path(data_dir), time_limit = time_limit, hear = listener(environment(), quiet)
    )
    done$given <- as_study(study)
    done$asked <- drop_nulls(list(protocol = protocol, store = done$store))
    tell_knitted(done, quiet)
    return(structure(done, class = "tunegrid_run"))
  }
  deciding <- c(claims = !is.null(claims), budget = !identical(budget, "1h"))
  if (any(deciding)) {
    said <- paste0(
      names(deciding)[deciding][1], " goes with until_decided = TRUE: add that, or leave it out."
    )
    abort_tunegrid(said, "spec", environment())
  }
  data <- as_data(data)
  done <- call_python(
    "run_grid",
    study = as_study(study),
    experiments = experiments,
    where = where,
    protocol = protocol,
    set = set,
    preset = preset,
    grid = grid,
    model = as_model(model, grid),
    dataset = dataset,
    data = data,
    name = name,
    labels = labels,
    seeds = seeds,
    epochs = epochs,
    train_size = train_size,
    precision = precision,
    workers = workers,
    engine = engine,
    executor = executor,
    ray_address = ray_address,
    store = as_path(store),
    data_dir = as_path(data_dir),
    retry_failed = retry_failed,
    keep_models = keep_models,
    time_limit = time_limit,
    hear = listener(environment(), quiet)
  )
  is_own <- is.null(study)
  departs <- !is_own && !is.null(c(set, grid, epochs, train_size, precision))
  done$given <- if (is_own) done$study else as_study(study)
  done$asked <- drop_nulls(list(
    experiments = experiments, where = where, protocol = protocol,
    preset = preset, any = departs, store = done$store
  ))
  for (doubt in done$doubts) {
    doubt <- sayable(doubt)
    cli::cli_warn("{doubt}", class = "tunegrid_warning_data")
  }
  if (nzchar(done$warning)) {
    warning <- sayable(done$warning)
    cli::cli_warn("{warning}", class = "tunegrid_warning_failed")
  }
  tell_knitted(done, quiet)
  structure(done, class = "tunegrid_run")
}

#' @export
print.tunegrid_run <- function(x, ...) {
  writeLines(escaped(c(paste0(x$study, ", protocol ", x$protocol), unlist(x$said))))
  invisible(x)
}

#' @export
summary.tunegrid_run <- function(object, ...) {
  run_status(object)
}

#' @export
as.data.frame.tunegrid_run <- function(x, row.names = NULL, optional = FALSE, ...) {
  read_results(x)
}

# A function is called for every row of the grid, and its models become JSON.
as_model <- function(model, grid, call = caller_env()) {
  # A Keras model can be called too.
  if (is_keras_model(model)) {
    said <- "model must be a function that returns a Keras model for each row, not a Keras model."
    abort_tunegrid(said, "spec", call)
  }
  if (!is.function(model)) {
    if (!is.null(model)) check_model(model, "model", call)
    return(model)
  }
  if (!is.data.frame(grid)) {
    abort_tunegrid("A model that is a function needs a data frame as grid.", "spec", call)
  }
  check_grid(grid, "grid", call)
  lapply(seq_len(nrow(grid)), \(number) {
    row <- as.list(grid[number, , drop = FALSE])
    row <- Map(\(value, name) unfactor(value, name, call), row, names(row))
    made <- tryCatch(model(row), error = \(problem) abort_model(problem, number, call))
    if (!is_keras_model(made)) {
      said <- paste("What the function model returns for row", number, "of the grid")
      abort_argument(said, "a Keras model", made, call)
    }
    call_python("row_model", model = made, row = row, number = number, call = call)
  })
}

# An error of the user's own function, with the row that it was called for.
abort_model <- function(problem, number, call) {
  said <- conditionMessage(problem)
  is_double <- grepl("positive integer|integer", said) && grepl("[0-9][.]0\\b", said)
  said <- paste0("The function model failed for row ", number, " of the grid: ", trimws(said))
  advice <- if (is_double) "Keras wants whole numbers: as.integer() makes them."
  abort_tunegrid(said, "spec", call, advice)
}

is_keras_model <- function(value) {
  is_python(value) && any(endsWith(class(value), ".Model"))
}

# A function that shows what Python tells while a grid is run: kind ("line",
# "expect", "move"), a text, and a number of epochs. The bar belongs to `frame`,
# and goes with it. In a document nobody waits: there tell_knitted() says one line.
listener <- function(frame, quiet = FALSE) {
  bar <- NULL
  if (quiet || is_knitting()) {
    return(\(kind, text, epochs) invisible(NULL))
  }
  has_bar <- cli::is_dynamic_tty()
  function(kind, text, epochs) {
    text <- sayable(text)
    if (kind == "line" && is.null(bar)) {
      message(text)
    } else if (kind == "line") {
      cli::cli_progress_output("{text}", id = bar)
    } else if (has_bar && kind == "expect") {
      bar <<- cli::cli_progress_bar(
        total = epochs, status = text, .envir = frame,
        format = "{cli::pb_bar} {cli::pb_status} {cli::pb_eta_str}",
        # A last line is said after the last epoch.
        auto_terminate = FALSE
      )
    } else if (!is.null(bar)) {
      cli::cli_progress_update(inc = epochs, status = text, id = bar, .envir = frame)
    }
    invisible(NULL)
  }
}

tell_knitted <- function(done, quiet) {
  if (is_knitting() && !quiet) {
    message(sayable(unlist(done$said)))
  }
}

is_knitting <- function() {
  isTRUE(getOption("knitr.in.progress"))
}
