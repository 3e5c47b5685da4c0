#' Set scores from elsewhere beside our runs
#'
#' Any data frame of scores with a row a run, as `tfruns::ls_runs()` or
#' `tune::collect_metrics()` give one, beside our runs of the same
#' configurations. Rows of one configuration are its replicates. Of rows with a
#' column `.metric`, as tune has them, those with `accuracy` are taken; rows that
#' are means of several runs, as `collect_metrics()` gives them by default, are an
#' error: `collect_metrics(summarize = FALSE)` has a row for each.
#'
#' @inheritParams read_results
#' @param scores A data frame.
#' @param by The columns that say which configuration a row is of: names that
#'   both have; or, as `c(layer1 = "filters")`, our names with those of
#'   `scores`. By default every column of our configurations that `scores` has,
#'   each also with `flag_` before its name, as tfruns has it.
#' @param score The column of `scores` that is compared with our accuracies:
#'   shares from 0 to 1. Rows with `NA` are left out.
#'
#' @returns A table ([tunegrid_table]) with a row for each configuration that
#'   `scores` has: the columns of `by`; other_n, other_mean, other_sd; n, mean
#'   and sd of ours; difference (other less ours), low and high (its 95 %
#'   interval: Welch's with two runs or more on both sides; with one run on one
#'   side, where one more run of the other side would lie; `NA` with one on
#'   both). Below it is said which rows were left out, and which settings of the
#'   other runs differ from ours.
#' @export
#' @examplesIf tunegrid_available()
#' store <- tempfile("store")
#' import_results(system.file("extdata", "kh2021", package = "tunegrid"), store = store)
#' others <- data.frame(
#'   flag_layer1 = 16, flag_layer2 = 16, flag_layerdense = 16,
#'   metric_val_accuracy = c(0.90, 0.91, 0.89)
#' )
#' compare_with("kh2021", others, score = "metric_val_accuracy", store = store)
compare_with <- function(study, scores, by = NULL, score = "accuracy", experiments = NULL,
                         where = NULL, protocol = NULL, preset = NULL, any = NULL, store = NULL) {
  where <- as_where(rlang::enquo(where))
  check_grid(scores, "scores", environment(), "a data frame with a row for each run")
  asked <- as_asked(
    study,
    experiments = experiments, where = where, protocol = protocol,
    preset = preset, any = any, store = store
  )
  asked <- c(asked, run_keys(study))
  asked$scores <- score_columns(scores)
  asked$by <- as_pairs(by)
  asked$score <- score
  frame <- call_asked("compare_with", asked)
  inform_left_out(frame)
  attr(frame, "note") <- attr(frame, "said")
  new_table(frame)
}

# The columns that Python can take, with NULL for NA; what is no score and no
# configuration, such as the time of a run, goes as text.
score_columns <- function(scores) {
  scores <- Filter(\(column) is.atomic(column) && is.null(dim(column)), scores)
  lapply(as.list(scores), \(column) {
    if (is.object(column)) column <- as.character(column)
    lapply(unname(column), \(one) if (!is.na(one)) one)
  })
}

as_pairs <- function(by, call = caller_env()) {
  if (is.null(by)) {
    return(NULL)
  }
  check_texts(by, "by", call)
  ours <- if (is.null(names(by))) by else ifelse(nzchar(names(by)), names(by), by)
  stats::setNames(as.list(as.character(by)), as.character(ours))
}
