# What data of one's own has, in this order.
data_parts <- c("x_train", "y_train", "x_test", "y_test")

# How many numbers go over at once: no call of writeBin() gives more than 2^31 bytes.
block_length <- 2^26

# Data of one's own as Python can take it: a path, or four arrays by name with
# the names of the classes.
as_data <- function(data, call = caller_env()) {
  if (is.null(data) || is_python(data)) {
    return(data)
  }
  if (is.character(data) && length(data) == 1 && !is.na(data)) {
    return(as_path(data))
  }
  parts <- find_parts(data, call)
  labels <- as_labels(parts[c("y_train", "y_test")], data[["class_names"]], call)
  parts[c("y_train", "y_test")] <- labels$codes
  sent <- Map(\(value, name) as_array(value, name, call), parts, names(parts))
  c(sent, drop_nulls(list(class_names = labels$class_names)))
}

# The four parts, in any of the forms in which data is given.
find_parts <- function(data, call) {
  if (!is.list(data) || is.object(data)) {
    abort_form(data, call)
  }
  if (all(c("train", "test") %in% names(data))) {
    data <- c(find_pair(data, "train", call), find_pair(data, "test", call))
  } else if (is.null(names(data)) && length(data) == 2) {
    data <- c(find_pair(data, 1, call), find_pair(data, 2, call))
  }
  if (is.null(names(data))) {
    if (length(data) != length(data_parts)) {
      abort_form(data, call)
    }
    names(data) <- data_parts
  }
  lacking <- setdiff(data_parts, names(drop_nulls(data)))
  if (length(lacking) > 0) {
    said <- paste0(
      "Data lacks ", toString(lacking), ": give a list of x_train, y_train, x_test and y_test."
    )
    abort_tunegrid(said, "data", call)
  }
  data[data_parts]
}

# The examples and the labels of one part, by name or in this order; without names.
find_pair <- function(data, part, call) {
  pair <- data[[part]]
  if (is.list(pair) && all(c("x", "y") %in% names(pair))) {
    return(unname(pair[c("x", "y")]))
  }
  if (is.list(pair) && is.null(names(pair)) && length(pair) == 2) {
    return(pair)
  }
  which <- if (is.character(part)) part else c("first part", "second part")[part]
  said <- paste0("The data's ", which, " must be a list of x and y, not ", kind_of(pair), ".")
  abort_tunegrid(said, "data", call)
}

abort_form <- function(data, call) {
  said <- paste0(
    "data must be a list of x_train, y_train, x_test and y_test, what a function of keras3 as ",
    "dataset_mnist() gives, or the path of a .npz or .csv file, not ", kind_of(data), "."
  )
  abort_tunegrid(said, "data", call)
}

# Labels as numbers from 0, and the names of the classes: a factor has both.
as_labels <- function(labels, class_names, call) {
  labels <- lapply(labels, \(one) if (is.data.frame(one) && length(one) == 1) one[[1]] else one)
  for (part in names(labels)[vapply(labels, is.character, NA)]) {
    said <- paste0(
      part, " holds text: make factors of y_train and y_test, with the same levels."
    )
    abort_tunegrid(said, "data", call)
  }
  is_factor <- vapply(labels, is.factor, NA)
  if (any(is_factor)) {
    if (!all(is_factor)) {
      said <- paste0(
        names(labels)[is_factor], " is a factor, and ", names(labels)[!is_factor],
        " is none: both must be, with the same levels."
      )
      abort_tunegrid(said, "data", call)
    }
    levels <- lapply(labels, levels)
    if (!identical(levels$y_train, levels$y_test)) {
      said <- paste0(
        "y_train and y_test must have the same levels, not ",
        toString(levels$y_train, width = 60), " and ", toString(levels$y_test, width = 60), "."
      )
      abort_tunegrid(said, "data", call)
    }
    class_names <- if (is.null(class_names)) levels$y_train else class_names
    labels <- lapply(labels, \(one) as.integer(one) - 1L)
  }
  list(codes = labels, class_names = as_class_names(class_names, call))
}

as_class_names <- function(class_names, call) {
  if (is.null(class_names) || is_python(class_names)) {
    return(class_names)
  }
  if (!is.atomic(class_names)) {
    said <- paste0("class_names must be a text for each class, not ", kind_of(class_names), ".")
    abort_tunegrid(said, "data", call)
  }
  if (anyNA(class_names)) {
    abort_tunegrid("class_names has an NA, which is no name of a class.", "data", call)
  }
  as.list(as.character(class_names))
}

# An array as its type, shape and bytes: reticulate before 1.38 has none for
# NumPy 2. Whole numbers go as such, whether R has them as integers or not.
as_array <- function(value, name, call) {
  if (is_python(value)) {
    return(value)
  }
  if (is.data.frame(value)) {
    value <- as_matrix(value, name, call)
  }
  if (is.object(value) || !(is.numeric(value) || is.logical(value))) {
    said <- paste0(name, " must be an array of numbers, not ", kind_of(value), ".")
    abort_tunegrid(said, "data", call)
  }
  check_finite(value, name, call)
  range <- if (length(value) > 0) c(min(value), max(value)) else c(0, 0)
  is_whole <- !is.double(value) ||
    (max(abs(range)) <= .Machine$integer.max && all(value == trunc(value)))
  type <- if (!is_whole) "<f8" else if (range[1] < 0 || range[2] > 255) "<i4" else "|u1"
  shape <- if (is.null(dim(value))) length(value) else dim(value)
  # Columns meet by name in Python.
  columns <- if (length(shape) == 2) colnames(value)
  c(
    list(type = type, shape = as.list(shape), blocks = as_blocks(value, type)),
    if (!is.null(columns)) list(columns = as.list(columns))
  )
}

# The bytes of an array's numbers, the first index running first.
as_blocks <- function(value, type, size = block_length) {
  lapply(seq(0, max(length(value) - 1, 0), by = size), \(before) {
    block <- as.vector(value)
    if (length(value) > size) {
      block <- block[seq(before + 1, min(before + size, length(value)))]
    }
    switch(type,
      "|u1" = as.raw(block),
      "<i4" = writeBin(as.integer(block), raw(), endian = "little"),
      "<f8" = writeBin(block, raw(), endian = "little")
    )
  })
}

as_matrix <- function(frame, name, call) {
  is_number <- vapply(frame, \(one) !is.object(one) && (is.numeric(one) || is.logical(one)), NA)
  if (!all(is_number)) {
    column <- names(frame)[!is_number][1]
    said <- paste0(
      "The column ", column, " of ", name, " is ", kind_of(frame[[column]]),
      ": all must hold numbers."
    )
    abort_tunegrid(said, "data", call)
  }
  as.matrix(frame)
}

# min() and max() find what is infinite without a copy of all values.
check_finite <- function(value, name, call) {
  is_good <- length(value) == 0 ||
    (!anyNA(value) && is.finite(min(value)) && is.finite(max(value)))
  if (!is_good) {
    first <- which(!is.finite(value))[1]
    place <- if (is.null(dim(value))) first else arrayInd(first, dim(value))
    wanted <- if (name %in% c("y_train", "y_test")) {
      "every example must have a label"
    } else {
      "every value must be a finite number"
    }
    said <- paste0(name, "[", toString(place), "] is ", value[first], ": ", wanted, ".")
    abort_tunegrid(said, "data", call)
  }
}

is_python <- function(value) {
  inherits(value, "python.builtin.object")
}
