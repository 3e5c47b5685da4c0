# Renders a template of this folder, from the command and from R alike.
#
# template: the name of a file here, as "study.Rmd".
# params: what it is told, as list(directory = ...).
# output: the file to write; its ending says what it becomes.
# scratch: a folder for what is made on the way.
render_template <- function(templates, template, params, output, scratch) {
  dir.create(scratch, showWarnings = FALSE, recursive = TRUE)
  file.copy(list.files(templates, full.names = TRUE), scratch)
  params$templates <- normalizePath(scratch)
  ending <- tolower(tools::file_ext(output))
  # Under a plain name: pandoc is called by a shell, which reads others in its way.
  stem <- gsub("^-+", "", gsub("[^A-Za-z0-9_]", "-", tools::file_path_sans_ext(basename(output))))
  made <- file.path(params$templates, paste0(if (nzchar(stem)) stem else "report", ".", ending))
  environment <- new.env(parent = globalenv())
  if (ending == "html") {
    rmarkdown::render(
      file.path(params$templates, template),
      output_file = basename(made), output_dir = dirname(made), knit_root_dir = dirname(made),
      params = params, envir = environment, quiet = TRUE
    )
  } else {
    knit_markdown(file.path(params$templates, template), params, environment, made)
  }
  file.copy(made, output, overwrite = TRUE)
  figures <- sub("[.]md$", "_files", made)
  if (ending == "md" && dir.exists(figures)) {
    file.copy(figures, dirname(output), recursive = TRUE)
  }
  invisible(output)
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
