two_layer <- function() {
  comparison_table("kh2021", "two-layer", directory = exported_folder())
}

# The lines that are printed, in a console of 80 letters.
printed <- function(table, ...) {
  withr::local_options(width = 80, pillar.width = NULL, cli.num_colors = 1L)
  suppressMessages(capture.output(print(table, ...)))
}

# A table with scores in every row: of 16 rows, two of them tied.
scored <- function(caption = "kh2021 two-layer, protocol as-run") {
  frame <- expand.grid(layer1 = c(16L, 32L, 64L, 128L), layer2 = c(16L, 32L, 64L, 128L))
  frame$epochs <- 20L
  frame$published_accuracy <- c(0.91, 0.91, 0.905, seq(0.9, 0.888, -0.001))
  frame$replicates <- 1L
  frame$accuracy <- 0.87 + (seq_len(16) * 7) %% 16 / 1000 + 0.00012345
  attr(frame, "caption") <- caption
  attr(frame, "note") <- agreement_notes(frame)
  new_comparison(frame)
}

quick <- function() {
  table <- scored("kh2021 two-layer. Quick preset: NO REPLICATION of the study.")
  table$departures <- "epochs = 2"
  table$epochs <- 2L
  table$accuracy <- table$accuracy - 0.1
  attr(table, "hidden") <- "departures"
  new_comparison(table)
}

test_that("the lines of a table are its kable, and its caption is a message", {
  table <- two_layer()
  frame <- as.data.frame(table)
  expect_message(capture.output(print(table)), "kh2021 two-layer: two convolution")
  expect_identical(format(table), as.character(knitr::kable(frame, format = "pipe")))
  expect_identical(printed(table, digits = 3), format(table, digits = 3))
})

test_that("a long and wide table is cut to the console, as tibbles are", {
  skip_if_not_installed("pillar")
  table <- comparison_table("kh2021", directory = exported_folder())
  lines <- printed(table)
  expect_lte(max(nchar(lines)), 80)
  expect_match(lines, "61 more rows", all = FALSE)
  expect_match(lines, "accuracy_sd", all = FALSE)
  expect_lte(length(lines), 30)
  everything <- printed(table, n = Inf, width = Inf)
  expect_gt(length(everything), 81)
  expect_match(everything[2], "accuracy_sd")
  expect_match(printed(two_layer()), "0.8983", all = FALSE, fixed = TRUE)
})

test_that("without pillar a table is cut too, and says what is not there", {
  table <- comparison_table("kh2021", directory = exported_folder())
  lines <- console_lines(shown(table), 20, 80, by_pillar = FALSE)
  expect_lte(max(nchar(lines[1:22])), 80)
  expect_equal(lines[23], "\u2026 with 61 more rows, print(n = Inf) shows all")
  expect_match(lines[24], "^\u2026 with [0-9]+ more columns \\(")
  expect_identical(console_lines(shown(table), Inf, Inf, by_pillar = FALSE), format(table))
  texts <- new_table(data.frame(what = "x", detail = strrep("a word ", 30)))
  lines <- console_lines(shown(texts), 20, 60, by_pillar = FALSE)
  expect_match(lines[3], "a word.*\u2026 *\\|$")
  expect_equal(max(nchar(lines)), 60)
})

test_that("of some rows the caption stays, and the rank agreement is theirs", {
  skip_if_not_installed("dplyr")
  table <- scored()
  some <- table[table$layer1 == 16, ]
  kendall <- \(rows) cor(rows$published_accuracy, rows$accuracy, method = "kendall")
  for (part in list(some, subset(table, layer1 == 16), dplyr::filter(table, layer1 == 16))) {
    expect_identical(said_of(part)$caption, attr(table, "caption"))
    note <- sprintf("Kendall's \u03c4 = %.2f (n = 4 configurations)", kendall(some))
    expect_match(said_of(part)$note, note, fixed = TRUE)
  }
  expect_false(identical(said_of(table)$note, said_of(some)$note))
  again <- table[order(table$accuracy), ]
  expect_identical(said_of(again)$note, attr(table, "note"))
})

test_that("without the scores, or with others, nothing is said of their order", {
  skip_if_not_installed("dplyr")
  table <- scored()
  expect_null(said_of(table["layer1"])$note)
  expect_null(said_of(dplyr::select(table, layer1, accuracy))$note)
  rounded <- dplyr::mutate(table, accuracy = round(accuracy, 2))
  expect_null(said_of(rounded)$note)
  expect_identical(said_of(rounded)$caption, attr(table, "caption"))
  expect_identical(said_of(table[c("layer1", "accuracy")])$caption, attr(table, "caption"))
  changed <- dplyr::mutate(table, accuracy = rev(accuracy))
  expect_null(said_of(changed)$note)
  expect_no_match(paste(said_of(changed)$caption, collapse = ""), "two-layer")
})

test_that("rows of another table below take the caption away", {
  skip_if_not_installed("dplyr")
  one <- comparison_table("kh2021", "one-layer", directory = exported_folder())
  for (both in list(dplyr::bind_rows(two_layer(), one), dplyr::bind_rows(scored(), two_layer()))) {
    said <- said_of(both)
    expect_no_match(paste(said$caption, collapse = " "), "two-layer")
    expect_null(said$note)
    expect_no_match(knitr::knit_print(both), "two-layer", fixed = TRUE)
  }
  twice <- rbind(scored(), scored())
  expect_no_match(paste(said_of(twice)$caption, collapse = " "), "two-layer")
})

test_that("that runs are no replication stays with them", {
  skip_if_not_installed("dplyr")
  table <- quick()
  marked <- \(part) grepl("NO REPLICATION|Not all", paste(said_of(part)$caption, collapse = " "))
  expect_true(marked(table[1:3, ]))
  expect_true(marked(dplyr::select(table, layer1, accuracy)))
  expect_true(marked(dplyr::filter(table, layer1 == 16)))
  for (both in list(dplyr::bind_rows(table, scored()), dplyr::bind_rows(scored(), table))) {
    expect_true(marked(both))
    expect_true("departures" %in% names(shown(both)))
  }
  expect_false("departures" %in% names(shown(table)))
  changed <- dplyr::mutate(dplyr::select(table, layer1, accuracy), accuracy = accuracy + 1)
  expect_true(marked(changed))
})

test_that("a caption of several experiments lists those that are left", {
  table <- comparison_table("kh2021", directory = exported_folder())
  left <- table[table$experiment %in% c("one-layer", "two-layer"), ]
  expect_equal(said_of(left)$caption, "kh2021 one-layer, two-layer, protocol as-run")
})

test_that("a claim's sentence goes with its row", {
  frame <- data.frame(id = c("a", "b"), verdict = c("survives", "undecided"))
  attr(frame, "note") <- c("a: it holds.", "b: it may.", "Kendall's \u03c4 = 0.5.")
  table <- new_table(frame)
  expect_identical(said_of(table)$note, attr(frame, "note"))
  expect_identical(said_of(table[table$id == "b", ])$note, "b: it may.")
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

test_that("several notes of a table are a list in a document", {
  expect_identical(listed_notes(c("One.", "Two.")), c("- One.", "- Two."))
  expect_identical(listed_notes("One."), "One.")
  expect_null(listed_notes(NULL))
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

test_that("how many rows are printed is a number, and nothing else", {
  table <- comparison_table("kh2021", experiments = "two-layer", directory = exported_folder())
  expect_error(print(table, n = "a"), "n must be a number from 0 on, or Inf, not the text 'a'")
  expect_error(print(table, n = -1), "n must be a number", class = "tunegrid_error_spec")
  expect_error(print(table, width = NA), "width must be a number", class = "tunegrid_error_spec")
})
