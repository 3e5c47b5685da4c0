where_of <- function(where) as_where(rlang::enquo(where))

test_that("an expression is the condition that it reads as", {
  expect_equal(where_of(layer1 == 16), "layer1 == 16")
  expect_equal(
    where_of(layer1 == 16 & layerdense %in% c(16, 32)),
    "(layer1 == 16) and (layerdense in (16, 32,))"
  )
  expect_equal(where_of(!(model == "ANN") | layer1 <= layer2),
    "(not ((model == 'ANN'))) or (layer1 <= layer2)")
  expect_equal(where_of(learning_rate > 1e-5), "learning_rate > 0.00001")
  expect_equal(where_of(model == "it's"), "model == 'it\\'s'")
})

test_that("texts, and what gives texts or expressions, stay as they are", {
  asked <- "layer1 == 16"
  expect_equal(where_of(asked), asked)
  expect_equal(where_of("layer1 == 16 and layer2 == 32"), "layer1 == 16 and layer2 == 32")
  expect_equal(where_of(paste("layer1 ==", 16)), asked)
  expect_equal(where_of(quote(layer1 == 16)), asked)
  expect_null(where_of(NULL))
})

test_that("variables of R's are named as such", {
  layer1 <- 64
  sizes <- c(16, 32)
  expect_equal(where_of(layer1 == .env$layer1), "layer1 == 64")
  expect_equal(where_of(layer1 == !!layer1), "layer1 == 64")
  expect_equal(where_of(layerdense %in% sizes), "layerdense in (16, 32,)")
})

test_that("what is no condition is refused in a sentence", {
  expect_error(where_of(layer1 == 16 & layer2), "where has layer2, where a comparison is wanted",
    class = "tunegrid_error_spec")
  expect_error(where_of(layer1 == c(1, 2)), "2 values at once .c.1, 2..: use %in%",
    class = "tunegrid_error_spec")
  expect_error(where_of(layer1 == list(1)), "no number and no text", class = "tunegrid_error_spec")
  expect_error(where_of(is.na(nothing_here)), "has is.na.nothing_here. .object 'nothing_here' not",
    class = "tunegrid_error_spec")
  expect_error(where_of(TRUE), "where has TRUE, where a comparison is wanted",
    class = "tunegrid_error_spec")
})

test_that("a name that is no column may be a variable, and how that is written is said", {
  filters <- 16
  expect_error(read_results("kh2021", where = layer1 == filters, store = local_store()),
    "of your own is written as .env.name", class = "tunegrid_error_spec")
})

test_that("verbs take expressions", {
  store <- local_store()
  runs <- read_results("kh2021", where = layer1 == 16 & layerdense %in% c(16, 32), store = store)
  same <- read_results("kh2021", where = "layer1 == 16 and layerdense <= 32", store = store)
  expect_equal(runs, same)
  table <- comparison_table("kh2021", "two-layer", where = layer2 == 16, store = store)
  expect_setequal(table$layer2, 16)
})
