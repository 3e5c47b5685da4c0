# A condition as text, from a text or from an R expression: layer1 == 16 is
# "layer1 == 16". Names are columns; a variable of R's is written .env$x or !!x.
as_where <- function(where, call = caller_env()) {
  expression <- rlang::quo_get_expr(where)
  if (is.null(expression) || is.character(expression)) {
    return(expression)
  }
  env <- rlang::quo_get_env(where)
  if (is_condition(expression)) {
    return(condition_text(expression, env, call))
  }
  value <- tryCatch(eval(expression, env), error = \(problem) {
    said <- paste0("where has ", label_of(expression), " (", conditionMessage(problem), "), ", wanted)
    abort_tunegrid(said, "spec", call)
  })
  if (is.language(value) && is_condition(value)) {
    return(condition_text(value, env, call))
  }
  if (!(is.null(value) || is.character(value))) {
    abort_tunegrid(paste0("where has ", label_of(expression), ", ", wanted), "spec", call)
  }
  value
}

joins <- c("&" = "and", "&&" = "and", "|" = "or", "||" = "or")
comparisons <- c("==", "!=", "<", "<=", ">", ">=", "%in%")

wanted <- paste(
  "where a comparison is wanted, as layer1 == 16 or layerdense %in% c(16, 32), joined by &, | and !."
)

is_condition <- function(expression) {
  is.call(expression) && is.symbol(expression[[1]]) &&
    as.character(expression[[1]]) %in% c(names(joins), comparisons, "!", "(")
}

condition_text <- function(expression, env, call) {
  if (!is_condition(expression)) {
    abort_tunegrid(paste0("where has ", label_of(expression), ", ", wanted), "spec", call)
  }
  sign <- as.character(expression[[1]])
  if (sign == "(") {
    return(paste0("(", condition_text(expression[[2]], env, call), ")"))
  }
  if (sign == "!") {
    return(paste0("not (", condition_text(expression[[2]], env, call), ")"))
  }
  if (sign %in% names(joins)) {
    sides <- vapply(as.list(expression)[2:3], condition_text, "", env, call)
    return(paste0("(", sides[1], ") ", joins[[sign]], " (", sides[2], ")"))
  }
  left <- side_text(expression[[2]], env, call)
  if (sign == "%in%") {
    values <- side_values(expression[[3]], env, call)
    return(paste0(left, " in (", paste0(values, ",", collapse = " "), ")"))
  }
  paste(left, sign, side_text(expression[[3]], env, call))
}

# A column's name, or one value.
side_text <- function(expression, env, call) {
  if (is.symbol(expression)) {
    return(as.character(expression))
  }
  values <- side_values(expression, env, call)
  if (length(values) != 1) {
    said <- paste0(
      "where compares with ", length(values), " values at once (", label_of(expression),
      "): use %in%."
    )
    abort_tunegrid(said, "spec", call)
  }
  values
}

side_values <- function(expression, env, call) {
  bottom <- new.env(parent = env)
  bottom$.env <- env
  value <- tryCatch(eval(expression, bottom), error = \(problem) {
    said <- paste0(
      "where has ", label_of(expression), ", which is no value (", conditionMessage(problem),
      "). A variable of your own is written as .env$name."
    )
    abort_tunegrid(said, "spec", call)
  })
  if (is.factor(value)) {
    value <- as.character(value)
  }
  if (!(is.numeric(value) || is.character(value)) || anyNA(value)) {
    said <- paste0("where has ", label_of(expression), ", which is no number and no text.")
    abort_tunegrid(said, "spec", call)
  }
  if (is.character(value)) {
    paste0("'", gsub("(['\\\\])", "\\\\\\1", value), "'")
  } else {
    vapply(value, format, "", digits = 15, scientific = FALSE, USE.NAMES = FALSE)
  }
}

label_of <- function(expression) {
  paste(deparse(expression, width.cutoff = 60, nlines = 1), collapse = "")
}
