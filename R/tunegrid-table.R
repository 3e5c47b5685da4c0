#' Tables that print and knit as kables
#'
#' Verbs such as [comparison_table()] return data frames of class
#' `tunegrid_table`. They are data frames in every other respect; they print as
#' [knitr::kable()] prints them, and knit as a table. A caption and what is to
#' be said below the table go to the standard error, so that the standard
#' output is the table and nothing else.
#'
#' @param x A table.
#' @param ... For `format()` and `print()`: further arguments of
#'   [knitr::kable()]. Else not used.
#' @param row.names,optional Not used.
#'
#' @returns `format()`: the lines of the table. `print()`: the table,
#'   invisibly. `as.data.frame()`: a data frame and nothing more. `plot()`: the
#'   plot: our accuracies against the published ones, with the line where they
#'   agree; those of each row where nothing was published. With ggplot2 it is a
#'   ggplot, else it is drawn at once.
#' @name tunegrid_table
#' @examples
#' folder <- system.file("extdata", "kh2021", package = "tunegrid")
#' table <- comparison_table("kh2021", experiments = "two-layer", directory = folder)
#' head(as.data.frame(table), 2)
#' table[1:3, c("layer1", "layer2", "published_accuracy", "accuracy")]
NULL

new_table <- function(frame) {
  class(frame) <- c("tunegrid_table", "data.frame")
  frame
}

#' @rdname tunegrid_table
#' @export
format.tunegrid_table <- function(x, ...) {
  options <- list(format = "pipe", row.names = FALSE, ...)
  options$digits <- c(options$digits, attr(x, "digits"))[1]
  as.character(do.call(knitr::kable, c(list(shown(x)), options)))
}

#' @rdname tunegrid_table
#' @export
print.tunegrid_table <- function(x, ...) {
  tell(attr(x, "caption"))
  writeLines(format(x, ...))
  tell(attr(x, "note"))
  invisible(x)
}

#' @rdname tunegrid_table
#' @importFrom knitr knit_print
#' @method knit_print tunegrid_table
#' @export
knit_print.tunegrid_table <- function(x, ...) {
  caption <- paste(attr(x, "caption"), collapse = " ")
  caption <- if (nzchar(caption)) caption
  digits <- c(attr(x, "digits"), getOption("digits"))[1]
  table <- knitr::kable(shown(x), caption = caption, digits = digits, row.names = FALSE)
  note <- attr(x, "note")
  knitr::asis_output(paste(c("", table, "", note, ""), collapse = "\n"))
}

#' @rdname tunegrid_table
#' @export
as.data.frame.tunegrid_table <- function(x, row.names = NULL, optional = FALSE, ...) {
  list2DF(lapply(x, identity), nrow = nrow(x))
}

#' @rdname tunegrid_table
#' @export
plot.tunegrid_table <- function(x, ...) {
  scores <- as.data.frame(x)
  scores$experiment <- if (is.null(scores$experiment)) "" else scores$experiment
  if (is.null(scores$accuracy)) {
    abort_tunegrid("A table without a column accuracy cannot be drawn.", "spec", caller_env())
  }
  scores <- scores[!is.na(scores$accuracy), ]
  if (requireNamespace("ggplot2", quietly = TRUE)) {
    plot_with_ggplot2(scores)
  } else {
    plot_with_graphics(scores)
  }
}

plot_with_ggplot2 <- function(scores) {
  .data <- ggplot2::.data
  is_published <- "published_accuracy" %in% names(scores)
  plot <- if (is_published) {
    ggplot2::ggplot(scores, ggplot2::aes(.data$published_accuracy, .data$accuracy)) +
      ggplot2::geom_abline(linetype = "dotted") +
      ggplot2::labs(x = "published accuracy", y = "accuracy")
  } else {
    ggplot2::ggplot(scores, ggplot2::aes(seq_along(.data$accuracy), .data$accuracy)) +
      ggplot2::labs(x = "row of the table", y = "accuracy")
  }
  # A shape for each, as not everybody tells colours apart.
  if (length(unique(scores$experiment)) > 1) {
    plot <- plot + ggplot2::aes(shape = .data$experiment)
  }
  plot + ggplot2::geom_point(na.rm = TRUE)
}

plot_with_graphics <- function(scores) {
  shape <- as.integer(factor(scores$experiment))
  if ("published_accuracy" %in% names(scores)) {
    plot(
      scores$published_accuracy, scores$accuracy,
      pch = shape, xlab = "published accuracy", ylab = "accuracy"
    )
    graphics::abline(0, 1, lty = "dotted")
  } else {
    plot(scores$accuracy, pch = shape, xlab = "row of the table", ylab = "accuracy")
  }
  invisible(scores)
}

# What of a table is printed: not what its caption says already.
shown <- function(table) {
  frame <- as.data.frame(table)
  frame[setdiff(names(frame), attr(table, "hidden"))]
}

tell <- function(lines) {
  for (line in lines) {
    message(line)
  }
}
