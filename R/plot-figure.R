#' Draw one of the figures of a study's report
#'
#' By matplotlib, in Python. What [plot()][plot.tunegrid_run] draws is a ggplot.
#'
#' @inheritParams read_results
#' @param kind `"claims"` (by how much each claim holds), `"wins"` (who would be
#'   on top, were the study run again with one run of each configuration),
#'   `"published"` (ours against the published accuracies), `"sweeps"`
#'   (experiments that change one number step by step), `"factors"` (a panel for
#'   each column of the grid), `"curves"` (accuracy after each epoch),
#'   `"confusion"` (our confusion matrix beside the printed one, or that of our
#'   best configuration), `"images"` (how many test images no run, some and every
#'   run gets wrong) or `"time"` (seconds against accuracy). Matrices and images
#'   take the labels of the data set on this machine.
#' @param output A file that ends in `.svg`, `.png` or `.pdf`; by default the
#'   study's id, the kind and `.svg`, in the working directory.
#'
#' @returns The path of the file that was written, invisibly.
#' @export
#' @examplesIf tunegrid_available() && reticulate::py_module_available("matplotlib")
#' store <- tempfile("store")
#' import_results(system.file("extdata", "kh2021", package = "tunegrid"), store = store)
#' plot_figure("kh2021", "curves", output = tempfile(fileext = ".svg"), store = store)
plot_figure <- function(study, kind, output = NULL, protocol = NULL, store = NULL) {
  check_text(kind, "kind", environment())
  asked <- as_asked(study, protocol = protocol, store = store)
  asked <- asked[intersect(names(asked), c("study", "protocol", "store"))]
  output <- as_path(output)
  output <- if (!is.null(output)) file.path(normalizePath(dirname(output)), basename(output))
  invisible(call_asked("plot_figure", c(asked, list(kind = kind, output = output))))
}
