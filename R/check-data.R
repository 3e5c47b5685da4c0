#' Look at a data set
#'
#' Counts, ranges and duplicates of a data set, and, where runs are there that
#' held training examples out, how much harder the test examples are than these.
#'
#' @param data The name of a data set that ships (`"fashion_mnist"`, `"mnist"`,
#'   `"fashion_mnist_kaggle"`); the path of a `.npz` or `.csv` file; data as
#'   [run_grid()] takes it; or the name of data of one's own that the store
#'   keeps (a file's is its name without the ending, that of arrays is `own-data`;
#'   `name` of [run_grid()] names the grid), or the beginning of its digest.
#' @inheritParams run_grid
#'
#' @returns A table ([tunegrid_table]) with one row a statement: check, part
#'   (`train`, `test`, `train and test`, or what was held out), count, estimate,
#'   low, high, detail. The details say in words what estimate, low and high
#'   are, and these are not printed.
#'
#'   `examples`: low and high are the least and the greatest value. `classes`:
#'   the least and the greatest number of examples of one. `constant values`:
#'   positions at which all training examples are the same. `duplicates`: the
#'   examples that have an equal one, value by value, in the same part, or the
#'   test examples that equal a training example; some of them
#'   `with another label`.
#'
#'   `held out minus test`: accuracy after the last epoch on the training
#'   examples that a run held out minus that on the test examples, averaged over
#'   the runs of this data in the store. low and high are the ends of its 95 %
#'   interval by Student's t, as [stats::t.test()] gives it; it takes runs as
#'   independent, and says how far the mean moves with seeds, models and folds,
#'   and not with other examples.
#' @export
#' @examplesIf tunegrid_available()
#' is_test <- seq_len(nrow(iris)) %% 3 == 0
#' flowers <- data.frame(
#'   iris[1:4],
#'   label = as.integer(iris$Species) - 1,
#'   part = ifelse(is_test, "test", "train")
#' )
#' file <- tempfile("iris", fileext = ".csv")
#' write.csv(flowers, file, row.names = FALSE)
#' check_data(file, store = tempfile("store"))
check_data <- function(data, store = NULL, data_dir = NULL) {
  new_table(call_python(
    "check_data",
    data = as_data(data), store = as_path(store), data_dir = as_path(data_dir)
  ))
}
