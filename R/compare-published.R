#' Hold every published accuracy against our runs
#'
#' A row a configuration, with a verdict and why: `replicated` when both
#' one-sided tests say that the difference is less than what matters,
#' `different` when the published value lies outside of where one more of our
#' runs would, else `undecided`; `too few runs` where nothing says how far seeds
#' lie apart, `not comparable` where our runs depart from the protocol, and `no
#' published value` where the source prints none. Everything is computed in Python, or was by the
#' one who exported the folder.
#'
#' @inheritParams read_results
#' @param score How our runs are scored: `"reported"` (as the study does),
#'   `"last"` (epoch), `"best"` (epoch on the test images) or `"held-out"` (best
#'   epoch on held-out images).
#' @param directory An exported folder to read instead of a store, without
#'   Python.
#'
#' @returns A table ([tunegrid_table]): experiment, the configuration's columns,
#'   published, n, mean, sd, source and df of the variance between seeds,
#'   difference (published less ours), low and high (where one more run would
#'   lie), inside, difference_beyond, p_value, p_holm, images_low, images_high,
#'   decidable, verdict, why, fixed, setting. Only some are printed. `fixed` says
#'   whether the settings of the comparison were `changed` after runs were seen
#'   or stand as `before`; where they were changed each configuration has two
#'   rows, one by the settings as they were `first` and one as they are `now`,
#'   which the column `setting` tells apart.
#' @export
#' @examplesIf tunegrid_available()
#' store <- tempfile("store")
#' import_results(system.file("extdata", "kh2021", package = "tunegrid"), store = store)
#' compare_published("kh2021", experiments = "two-layer", store = store)
compare_published <- function(study, experiments = NULL, where = NULL, protocol = NULL,
                              score = NULL, store = NULL, directory = NULL) {
  where <- as_where(rlang::enquo(where))
  if (!is.null(directory)) {
    check_directory_only(where, NULL, store)
    found <- exported_judged("compared", study, protocol, as_path(directory))
    wanted <- exported_experiments(
      experiments, unique(found$experiment), as_path(directory), environment()
    )
    return(found[found$experiment %in% wanted, ])
  }
  judged("compare_published", as_asked(
    study,
    experiments = experiments, where = where, protocol = protocol, score = score, store = store
  ))
}

# Tables of verdicts, with what is said of them in sentences. Verdicts are of full
# replications, and of all of a configuration's, whatever was run.
judged <- function(verb, asked, call = caller_env()) {
  frame <- call_asked(verb, asked[setdiff(names(asked), c("preset", "any"))], call)
  inform_left_out(frame)
  attr(frame, "note") <- attr(frame, "said")
  new_table(frame)
}
