# What is known of a study: its tables, read once for all parts of its report.

source(file.path(params$templates, "drawing.R"), local = TRUE)

about <- read("about.csv")
dictionary <- read("dictionary.csv")
protocols <- read("protocols.csv")$protocol

# The files of a kind: those of a protocol whose name begins with this one's are others.
listed <- function(kind, protocol = about$protocol) {
  files <- unique(dictionary$file)
  longer <- protocols[startsWith(protocols, paste0(protocol, "-"))]
  beginning <- paste0(kind, "-", c(protocol, longer), "-")
  is_other <- vapply(files, \(file) any(startsWith(file, beginning[-1])), NA)
  files[startsWith(files, beginning[1]) & !is_other]
}

meaning_of <- function(file) {
  dictionary$meaning[dictionary$file == file & !nzchar(dictionary$column)][1]
}

of_protocol <- function(kind, protocol = about$protocol) {
  read(paste0(kind, "-", protocol, ".csv"))
}

picture <- function(kind) {
  name <- paste0("figure-", about$protocol, "-", kind, ".svg")
  is_plain <- grepl("^[a-z0-9-]+[.]svg$", name) # it stands in a link
  if (!is_plain || !name %in% dictionary$file || !file.exists(file.path(params$directory, name))) {
    return(invisible())
  }
  said <- strsplit(meaning_of(name), ": ", fixed = TRUE)[[1]]
  title <- said[1]
  alt <- paste(said[-1], collapse = ": ")
  if (!is_drawing(file.path(params$directory, name))) {
    cat("\n*", plain(title), "*: the figure is left out, as its file is not only a drawing.\n\n", sep = "")
    return(invisible())
  }
  if (is_page) {
    # In an image no script runs, and nothing is fetched.
    coded <- knitr::image_uri(file.path(params$directory, name))
    raw("<figure><img alt=\"", html(alt), "\" src=\"", coded, "\"><figcaption>", html(title),
        ". ", html(alt), "</figcaption></figure>")
  } else if (is_paper) {
    draw_on_paper(name, kind, title, alt)
  } else {
    beside <- knitr::opts_chunk$get("fig.path")
    dir.create(dirname(paste0(beside, name)), showWarnings = FALSE, recursive = TRUE)
    file.copy(file.path(params$directory, name), paste0(beside, name), overwrite = TRUE)
    cat("\n![", plain(alt), "](", beside, name, ")\n\n*", plain(title), ".*\n\n", sep = "")
  }
}

runs <- of_protocol("results")
done <- runs[runs$outcome %in% "done", ]
whole <- whole_of(runs)
claims <- current(of_protocol("claims"))
compared <- current(of_protocol("compared"))
audit <- read("audit.csv")
comparisons <- lapply(stats::setNames(nm = listed("comparison")), read)
