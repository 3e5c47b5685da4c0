skip_if_not_installed("ggplot2")

drawn <- function(plot) {
  expect_s3_class(plot, "ggplot")
  expect_no_warning(ggplot2::ggplot_build(plot))
}

two_layer <- function() {
  comparison_table("kh2021", experiments = "two-layer", directory = exported_folder())
}

test_that("published and our accuracies have one scale, and a title", {
  plot <- plot(two_layer())
  built <- drawn(plot)
  expect_identical(plot$coordinates$limits$x, plot$coordinates$limits$y)
  expect_s3_class(plot$coordinates, "CoordFixed")
  expect_match(plot$labels$title, "kh2021 two-layer")
  expect_match(plot$labels$subtitle, "The published numbers are of Kaggle's")
  expect_identical(nrow(built$data[[3]]), 1L)
})

test_that("an interval is Student's of the mean over seeds, and none of one run", {
  scores <- data.frame(accuracy = c(0.9, 0.8, NA), accuracy_sd = c(0.01, NA, NA), replicates = c(4, 1, 0))
  found <- with_interval(scores)
  expect_equal(found$high - found$accuracy, c(qt(0.975, 3) * 0.01 / 2, 0))
})

test_that("a grid of one's own has a panel for each factor, in its order", {
  skip_without_python()
  run <- suppressMessages(run_grid(
    grid = expand.grid(dense1 = c(16, 8), dropout = c(0, 0.5)), model = "dense_stack",
    epochs = 2, train_size = 256, seeds = 2, store = withr::local_tempdir()
  ))
  plot <- plot(run)
  built <- drawn(plot)
  expect_identical(as.character(built$layout$layout$factor), c("dense1", "dropout"))
  expect_identical(levels(plot$data$value), c("8", "16", "0", "0.5"))
  expect_true(all(plot$data$high > plot$data$low))
  curves <- plot(run, type = "curves")
  drawn(curves)
  expect_identical(unique(curves$data$epoch), 1:2)
  expect_match(levels(curves$data$configuration)[1], "^dense1 = 16, dropout = 0$")
  expect_identical(ggplot2::autoplot(run, "curves")$labels, curves$labels)
})

test_that("a picture of the quick preset says that it is no replication", {
  skip_without_python()
  run <- suppressMessages(run_grid(
    "kh2021", "two-layer",
    where = layer1 == 16 & layer2 == 16 & layerdense == 16,
    preset = "quick", store = withr::local_tempdir()
  ))
  expect_match(plot(run)$labels$subtitle, "NO\\s+REPLICATION")
  expect_match(plot(run, "curves")$labels$subtitle, "NO\\s+REPLICATION")
})

test_that("a curve of one epoch is a point, and epochs are whole", {
  curves <- data.frame(units = 1:2, replicate = 1, epoch = 1L, val_accuracy = c(0.5, 0.6))
  drawn(plot_curves(curves, "one"))
  expect_identical(whole_breaks(c(1, 3)), c(1, 2, 3))
})

test_that("points stand on their ticks where nothing is in their way", {
  scores <- data.frame(units = c(8, 16), epochs = 1, accuracy = c(0.5, 0.6))
  plot <- plot_factors(with_interval(scores))
  expect_equal(as.numeric(drawn(plot)$data[[2]]$x), c(1, 2))
})

test_that("an interval of an accuracy stays a share", {
  scores <- data.frame(accuracy = c(0.9, 0.1), accuracy_sd = 0.2, replicates = 2)
  found <- with_interval(scores)
  expect_equal(c(found$high[1], found$low[2]), c(1, 0))
})

test_that("many configurations are drawn as lines without names", {
  curves <- data.frame(units = rep(1:9, each = 2), replicate = 1, epoch = 1:2, val_accuracy = 0.5)
  plot <- plot_curves(curves, "many")
  drawn(plot)
  expect_length(plot$layers, 1)
})

test_that("what cannot be drawn is an error in one sentence", {
  expect_snapshot({
    say_error(plot(new_table(data.frame(x = 1))))
    say_error(plot(two_layer(), type = "curves"))
    say_error(plot(two_layer(), type = 1))
  })
})

test_that("without runs there is nothing to draw", {
  none <- transform(two_layer(), accuracy = NA_real_, replicates = 0L)
  expect_error(plot(new_table(none)), "no run to draw", class = "tunegrid_error_spec")
  curves <- data.frame(replicate = integer(), epoch = integer(), val_accuracy = double())
  expect_error(plot_curves(curves, "none"), "no run to draw", class = "tunegrid_error_spec")
})
