#' Draw what came out of a grid
#'
#' Of a study, our accuracies against the published ones, on equal axes, with
#' the line on which they agree. Of a grid of one's own, a panel for each of its
#' factors, with a point for each configuration. Lines are 95 % intervals of a
#' mean over seeds, where there are two or more.
#'
#' @param x,object What [run_grid()] returned, or a table of
#'   [comparison_table()].
#' @param type `"scores"`, or `"curves"`: the accuracy on the validation images
#'   after each epoch, the median over seeds with all seeds within the band.
#'   Only runs have curves.
#' @param ... Not used.
#'
#' @returns A ggplot, which the package ggplot2 is needed for.
#' @name plot.tunegrid_run
#' @examplesIf requireNamespace("ggplot2", quietly = TRUE)
#' folder <- system.file("extdata", "kh2021", package = "tunegrid")
#' plot(comparison_table("kh2021", experiments = "two-layer", directory = folder))
NULL

#' @rdname plot.tunegrid_run
#' @export
plot.tunegrid_run <- function(x, type = "scores", ...) {
  type <- plot_type(type, c("scores", "curves"))
  table <- suppressMessages(comparison_table(x))
  if (type == "scores") {
    plot(table)
  } else {
    plot_curves(suppressMessages(read_epochs(x)), said_of(table)$caption)
  }
}

#' @rdname plot.tunegrid_run
#' @export
plot.tunegrid_table <- function(x, type = "scores", ...) {
  if (identical(type, "curves")) {
    said <- "A table has no curves: give what run_grid() returned, or draw what read_epochs() gives."
    abort_tunegrid(said, "spec", environment())
  }
  plot_type(type, "scores")
  scores <- as.data.frame(x)
  if (is.null(scores$accuracy)) {
    abort_tunegrid("A table without a column accuracy cannot be drawn.", "spec", environment())
  }
  scores <- with_interval(scores)
  if (nrow(scores) == 0) {
    abort_tunegrid("There is no run to draw.", "spec", environment())
  }
  scores$experiment <- if (is.null(scores$experiment)) "" else scores$experiment
  is_published <- !all(is.na(scores$published_accuracy))
  plot <- if (is_published) plot_published(scores) else plot_factors(scores)
  has_seeds <- any(scores$high > scores$low)
  plot + plot_titles(
    said_of(x)$caption, if (has_seeds) "Lines: 95 % intervals of the mean over seeds."
  )
}

#' @rdname plot.tunegrid_run
#' @exportS3Method ggplot2::autoplot
autoplot.tunegrid_run <- function(object, type = "scores", ...) {
  plot.tunegrid_run(object, type, ...)
}

#' @rdname plot.tunegrid_run
#' @exportS3Method ggplot2::autoplot
autoplot.tunegrid_table <- function(object, type = "scores", ...) {
  plot.tunegrid_table(object, type, ...)
}

plot_type <- function(type, known, call = caller_env()) {
  if (!requireNamespace("ggplot2", quietly = TRUE)) {
    said <- "plot() draws by the package ggplot2: install.packages(\"ggplot2\")."
    abort_tunegrid(said, "run", call)
  }
  if (!is_text(type) || !type %in% known) {
    abort_argument("type", paste0('"', known, '"', collapse = " or "), type, call)
  }
  type
}

# Where the mean over further seeds would lie (Student); no line for one run.
with_interval <- function(scores) {
  n <- if (is.null(scores$replicates)) rep(1L, nrow(scores)) else scores$replicates
  sd <- if (is.null(scores$accuracy_sd)) rep(NA_real_, nrow(scores)) else scores$accuracy_sd
  # qt() of no degrees of freedom warns.
  half <- ifelse(n > 1, stats::qt(0.975, pmax(n - 1, 1)) * sd / sqrt(n), NA)
  half[is.na(half)] <- 0
  # An accuracy is a share.
  scores$low <- pmax(scores$accuracy - half, 0)
  scores$high <- pmin(scores$accuracy + half, 1)
  scores[!is.na(scores$accuracy), ]
}

plot_published <- function(scores) {
  .data <- ggplot2::.data
  scores <- scores[!is.na(scores$published_accuracy), ]
  # One scale for both, so that the line on which they agree is at 45 degrees.
  # Wide intervals of two seeds are cut off rather than that they hide the points.
  limits <- range(scores$published_accuracy, scores$accuracy)
  limits <- limits + c(-0.2, 0.2) * max(diff(limits), 0.01)
  plot <- ggplot2::ggplot(scores, ggplot2::aes(.data$published_accuracy, .data$accuracy)) +
    ggplot2::geom_abline(linetype = "dotted") +
    seed_intervals() +
    ggplot2::geom_point() +
    ggplot2::coord_equal(xlim = limits, ylim = limits) +
    ggplot2::labs(x = "published accuracy", y = "our accuracy")
  # A shape for each, as not everybody tells colours apart.
  if (length(unique(scores$experiment)) > 1) {
    plot + ggplot2::aes(shape = .data$experiment)
  } else {
    plot
  }
}

plot_factors <- function(scores) {
  .data <- ggplot2::.data
  factors <- varying(scores)
  long <- do.call(rbind, lapply(factors, \(name) {
    data.frame(
      factor = name, value = as.character(scores[[name]]),
      order = match(scores[[name]], sort(unique(scores[[name]]))),
      scores[c("accuracy", "low", "high")]
    )
  }))
  long <- long[order(match(long$factor, factors), long$order), ]
  long$factor <- factor(long$factor, factors)
  long$value <- factor(long$value, unique(long$value))
  # Points beside each other only where a value has more than one.
  is_alone <- !any(duplicated(long[c("factor", "value")]))
  aside <- if (is_alone) {
    "identity"
  } else {
    ggplot2::position_jitter(width = 0.12, height = 0, seed = 1)
  }
  ggplot2::ggplot(long, ggplot2::aes(.data$value, .data$accuracy)) +
    seed_intervals(aside) +
    ggplot2::geom_point(alpha = 0.7, position = aside) +
    ggplot2::facet_wrap(ggplot2::vars(.data$factor), scales = "free_x") +
    ggplot2::labs(x = NULL, y = "accuracy")
}

seed_intervals <- function(position = "identity") {
  .data <- ggplot2::.data
  ggplot2::geom_linerange(
    ggplot2::aes(ymin = .data$low, ymax = .data$high),
    alpha = 0.5, position = position
  )
}

# The columns that say which configuration a row is of, where they say something:
# those before the epochs.
varying <- function(scores) {
  own <- setdiff(names(scores), c("experiment", "study", "protocol"))
  own <- own[seq_len(match("epochs", own, length(own) + 1) - 1)]
  differs <- vapply(scores[own], \(one) length(unique(one)) > 1, NA)
  if (any(differs)) own[differs] else c(own, "experiment")[1]
}

# Above so many configurations, colours and names tell nobody anything.
most_curves <- 8

plot_curves <- function(curves, caption, call = caller_env()) {
  .data <- ggplot2::.data
  if (nrow(curves) == 0) {
    abort_tunegrid("There is no run to draw.", "spec", call)
  }
  own <- names(curves)[seq_len(match("replicate", names(curves)) - 1)]
  has_many <- length(unique(curves$experiment)) > 1
  own <- c(if (has_many) "experiment", varying(cbind(curves[own], epochs = 0)))
  curves$configuration <- named_rows(curves[own])
  groups <- split(curves, list(curves$configuration, curves$epoch), drop = TRUE)
  bands <- do.call(rbind, lapply(groups, \(part) {
    data.frame(
      part[1, c("configuration", "epoch")],
      middle = stats::median(part$val_accuracy), low = min(part$val_accuracy),
      high = max(part$val_accuracy)
    )
  }))
  plot <- ggplot2::ggplot(bands, ggplot2::aes(.data$epoch, .data$middle)) +
    ggplot2::scale_x_continuous(breaks = whole_breaks) +
    ggplot2::labs(x = "epoch", y = "validation accuracy") +
    plot_titles(
      caption, if (any(bands$high > bands$low)) "Median over seeds; all seeds lie within the band."
    )
  if (length(unique(bands$configuration)) > most_curves) {
    return(plot + ggplot2::geom_line(ggplot2::aes(group = .data$configuration), alpha = 0.4))
  }
  colours <- grDevices::palette.colors(palette = "Okabe-Ito")[-5] # yellow is too pale for a line
  if (length(unique(bands$epoch)) > 1) {
    plot <- plot +
      ggplot2::geom_ribbon(
        ggplot2::aes(ymin = .data$low, ymax = .data$high, fill = .data$configuration),
        alpha = 0.2
      ) +
      ggplot2::geom_line(
        ggplot2::aes(colour = .data$configuration, linetype = .data$configuration)
      )
  }
  plot +
    # A run of one epoch has no line.
    ggplot2::geom_point(ggplot2::aes(colour = .data$configuration), size = 0.8) +
    ggplot2::scale_colour_manual(values = unname(colours), aesthetics = c("colour", "fill"))
}

# Epochs are counted in whole ones.
whole_breaks <- function(limits) {
  unique(round(pretty(limits)))
}

# A name for each row, of what its columns say; in the order of the rows.
named_rows <- function(columns) {
  said <- Map(
    \(one, name) ifelse(is.na(one), "", paste(name, "=", as.character(one))),
    columns, names(columns)
  )
  said <- lapply(said, \(one) sub("^experiment = ", "", one))
  joined <- do.call(Map, c(list(\(...) toString(Filter(nzchar, c(...)))), unname(said)))
  factor(unlist(joined), unique(unlist(joined)))
}

# A caption's first sentence, and below it what else must be said, as that these
# runs are no replication.
plot_titles <- function(caption, below = NULL) {
  parts <- regmatches(caption, regexpr("[.] ", caption), invert = TRUE)
  parts <- if (length(parts) > 0) parts[[1]] else ""
  ggplot2::labs(
    title = wrapped(parts[1], 60), caption = below,
    subtitle = if (length(parts) > 1) wrapped(parts[2], 80)
  )
}

wrapped <- function(text, width) {
  paste(strwrap(text, width), collapse = "\n")
}
