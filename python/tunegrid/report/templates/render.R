# Renders a template of this folder, from the command and from R alike.

# What is missing here to make a file of that name: one sentence that says what to
# install; NULL where nothing is.
missing_for <- function(output, engine = "rmarkdown") {
  ending <- tolower(tools::file_ext(output))
  needed <- if (ending == "md") "knitr" else c("knitr", "rmarkdown")
  absent <- Filter(\(name) !requireNamespace(name, quietly = TRUE), needed)
  if (length(absent) > 0) {
    return(paste0(
      "A report is made by the R package ", absent[1], ", which is not here: install.packages(\"",
      absent[1], "\"), or Debian's r-cran-", absent[1], "."
    ))
  }
  if (engine == "quarto" && !nzchar(Sys.which("quarto"))) {
    return("The engine is Quarto, whose command is not on the path: install Quarto, or leave the engine out.")
  }
  if (engine != "quarto" && ending != "md" && !rmarkdown::pandoc_available()) {
    return(paste0(
      "A report in ", basename(output), " needs pandoc, which is not here: install Debian's pandoc, or ",
      "give it a name that ends in .md."
    ))
  }
  if (engine != "quarto" && ending == "pdf" && is.na(latex_engine())) {
    return(paste0(
      "A report as .pdf is set by LaTeX, which is not here: tinytex::install_tinytex() in R, or Debian's ",
      "texlive-xetex, texlive-fonts-recommended and lmodern; a name that ends in .tex gives the source."
    ))
  }
}

# The first of those that read any letter; NA without one.
latex_engine <- function() {
  requireNamespace("tinytex", quietly = TRUE) # which finds its own LaTeX
  here <- nzchar(Sys.which(c("xelatex", "lualatex")))
  c("xelatex", "lualatex")[match(TRUE, here)]
}

# template: the name of a file here, as "study.Rmd".
# params: what it is told, as list(directory = ...).
# output: the file to write; its ending says what it becomes: html, md, tex or pdf.
# scratch: a folder for what is made on the way.
# engine: rmarkdown or quarto, which calls knitr too.
render_template <- function(templates, template, params, output, scratch, engine = "rmarkdown") {
  dir.create(scratch, showWarnings = FALSE, recursive = TRUE)
  file.copy(list.files(templates, full.names = TRUE), scratch)
  params$templates <- normalizePath(scratch)
  ending <- tolower(tools::file_ext(output))
  # Under a plain name: pandoc is called by a shell, which reads others in its way.
  stem <- gsub("^-+", "", gsub("[^A-Za-z0-9_]", "-", tools::file_path_sans_ext(basename(output))))
  made <- file.path(params$templates, paste0(if (nzchar(stem)) stem else "report", ".", ending))
  source <- file.path(params$templates, template)
  environment <- new.env(parent = globalenv())
  if (ending == "md") {
    knit_markdown(source, params, environment, made)
  } else if (engine == "quarto") {
    render_quarto(source, params, made)
  } else {
    render_by_pandoc(source, params, environment, made)
  }
  if (!file.exists(made)) stop("Nothing was made.", call. = FALSE)
  file.copy(made, output, overwrite = TRUE)
  figures <- paste0(tools::file_path_sans_ext(made), "_files")
  if (ending %in% c("md", "tex") && dir.exists(figures)) {
    copy_figures(figures, file.path(dirname(output), basename(figures)))
  }
  invisible(output)
}

# Nobody has named this folder: what is a link in it, or it itself, is not written through.
copy_figures <- function(from, to) {
  link <- Sys.readlink(to)
  if (!is.na(link) && nzchar(link)) stop(to, " is a symbolic link, which is not followed.", call. = FALSE)
  dir.create(to, showWarnings = FALSE)
  for (name in list.files(from)) {
    if (dir.exists(file.path(from, name))) {
      copy_figures(file.path(from, name), file.path(to, name))
    } else {
      unlink(file.path(to, name))
      file.copy(file.path(from, name), to)
    }
  }
}

render_by_pandoc <- function(source, params, environment, made) {
  format <- c(html = "html_document", tex = "latex_document", pdf = "pdf_document")[[tools::file_ext(made)]]
  # LaTeX runs no command and reads no file from elsewhere, whatever it is told.
  tight <- c(shell_escape = "f", openin_any = "p", openout_any = "p", TEXMFOUTPUT = dirname(made))
  kept <- Sys.getenv(names(tight), NA, names = TRUE)
  do.call(Sys.setenv, as.list(tight))
  on.exit(for (name in names(kept)) {
    if (is.na(kept[[name]])) Sys.unsetenv(name) else do.call(Sys.setenv, as.list(kept[name]))
  })
  # Only TinyTeX, which a user has to himself, is given what it lacks.
  before <- options(tinytex.install_packages = format == "pdf_document" && tinytex::is_tinytex())
  on.exit(options(before), add = TRUE)
  tryCatch(
    rmarkdown::render(
      source,
      output_format = format,
      output_options = if (format == "pdf_document") list(latex_engine = latex_engine()),
      output_file = basename(made), output_dir = dirname(made), knit_root_dir = dirname(made),
      params = params, envir = environment, quiet = TRUE
    ),
    error = \(problem) stop(of_latex(made, conditionMessage(problem)), call. = FALSE)
  )
}

# What LaTeX stumbled over, where it was LaTeX.
of_latex <- function(made, said) {
  log <- paste0(tools::file_path_sans_ext(made), ".log")
  if (!file.exists(log)) {
    return(said)
  }
  lines <- readLines(log, encoding = "UTF-8", warn = FALSE)
  paste0(
    "LaTeX could not set the report (", toString(utils::head(grep("^!", lines, value = TRUE), 1)),
    "): Debian's texlive-xetex, texlive-fonts-recommended and lmodern have what it needs."
  )
}

# Quarto knits the same source; quarto.yml says what _output.yml says to rmarkdown.
render_quarto <- function(source, params, made) {
  told <- file.path(dirname(made), "params.yml")
  writeLines(paste0(names(params), ": ", vapply(params, encodeString, "", quote = "\"")), told, useBytes = TRUE)
  folder <- setwd(dirname(made))
  on.exit(setwd(folder))
  # Or it obeys the first project above, as one in the folder of everybody's temporary files.
  writeLines(c("project:", "  type: default"), "_quarto.yml")
  said <- system2(
    "quarto",
    c("render", basename(source), "--to", tools::file_ext(made), "--output", basename(made),
      "--metadata-file", "quarto.yml", "--execute-params", "params.yml"),
    stdout = TRUE, stderr = TRUE
  )
  if (!is.null(attr(said, "status"))) {
    stop("Quarto could not make it: ", paste(utils::tail(said, 3), collapse = " "), call. = FALSE)
  }
}

# Markdown comes from knitr alone: pandoc would write every table anew.
knit_markdown <- function(source, params, environment, made) {
  assign("params", params, envir = environment)
  folder <- setwd(dirname(made))
  on.exit(setwd(folder))
  knitr::opts_chunk$set(fig.path = paste0(sub("[.]md$", "", basename(made)), "_files/"))
  knitr::knit(source, made, envir = environment, quiet = TRUE)
  lines <- readLines(made, encoding = "UTF-8", warn = FALSE)
  head_ends <- which(lines == "---")[2]
  lines <- lines[-seq_len(head_ends)]
  # Chunks leave empty lines behind.
  is_empty <- !nzchar(lines)
  again <- c(FALSE, is_empty[-1] & is_empty[-length(is_empty)])
  lines <- lines[!again]
  if (length(lines) > 0 && !nzchar(lines[1])) lines <- lines[-1]
  writeLines(lines, made, useBytes = TRUE)
}
