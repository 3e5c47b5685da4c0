two_layer <- function() {
  comparison_table("kh2021", "two-layer", directory = exported_folder())
}

test_that("a table prints as its kable, and its caption as a message", {
  table <- two_layer()
  frame <- as.data.frame(table)
  expect_message(lines <- capture.output(print(table)), "kh2021 two-layer: two convolution")
  expect_identical(lines, as.character(knitr::kable(frame, format = "pipe")))
  expect_identical(format(table), lines)
})

test_that("further arguments are those of kable", {
  expect_match(format(two_layer(), digits = 3)[4], "|    0.898|", fixed = TRUE)
})

test_that("a column of numbers of which none is known is one of numbers", {
  table <- comparison_table("kh2021", "one-layer", directory = exported_folder())
  expect_identical(format(table), as.character(knitr::kable(as.data.frame(table), "pipe")))
  file <- file.path(exported_folder(), "comparison-as-run-one-layer.csv")
  numbers <- c(loss = "numeric", accuracy = "numeric", accuracy_sd = "numeric")
  told <- read.csv(file, colClasses = numbers)
  expect_identical(format(table), as.character(knitr::kable(told, "pipe")))
  expect_match(format(table)[3], "NA|", fixed = TRUE)
  expect_match(format(table)[2], ":|", fixed = TRUE)
})

test_that("what the caption says is not printed, and is there", {
  table <- new_table(data.frame(departures = "epochs = 2", accuracy = 0.5))
  attr(table, "hidden") <- "departures"
  expect_match(format(table)[1], "^\\| accuracy\\|$")
  expect_equal(names(as.data.frame(table)), c("departures", "accuracy"))
  expect_s3_class(as.data.frame(table), "data.frame", exact = TRUE)
})

test_that("a part of a table is a table", {
  part <- two_layer()[3:2, c("layer1", "accuracy")]
  expect_s3_class(part, "tunegrid_table")
  expect_equal(nrow(part), 2)
  expect_length(format(part), 4)
})

test_that("a table knits as a kable with its caption", {
  table <- two_layer()
  attr(table, "note") <- "A note."
  knitted <- knitr::knit_print(table)
  expect_s3_class(knitted, "knit_asis")
  expect_match(knitted, "protocol as-run", fixed = TRUE)
  expect_match(knitted, "A note.", fixed = TRUE)
  expect_match(knitted, "published_accuracy", fixed = TRUE)
})

test_that("a table is plotted, with ggplot2 and without", {
  withr::local_pdf(NULL)
  plot <- plot(two_layer())
  expect_s3_class(plot, "ggplot")
  expect_no_error(ggplot2::ggplot_build(plot))
  scores <- data.frame(experiment = "x", accuracy = c(0.5, 0.6), published_accuracy = 0.5)
  expect_no_error(plot_with_graphics(scores))
  expect_no_error(plot_with_graphics(scores[1:2]))
  expect_no_error(ggplot2::ggplot_build(plot_with_ggplot2(scores[1:2])))
})

test_that("a table without accuracies cannot be plotted", {
  expect_error(plot(new_table(data.frame(x = 1))), class = "tunegrid_error_spec")
})
