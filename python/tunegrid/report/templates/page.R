# The head of a page: its title, its looks, and scripts for its tables where the
# package DT is, which brings jQuery and DataTables; without them tables are as
# they are. All of it stands in the page.

text_of <- function(file) {
  paste(readLines(file, warn = FALSE, encoding = "UTF-8"), collapse = "\n")
}
raw(
  "<style>", text_of(file.path(params$templates, "page.css")), "</style><h1>", html(title), "</h1>"
)

if (requireNamespace("DT", quietly = TRUE) && requireNamespace("jquerylib", quietly = TRUE)) {
  jquery <- list.files(
    system.file("lib", package = "jquerylib"), "^jquery-3.*[.]min[.]js$",
    recursive = TRUE, full.names = TRUE
  )
  tables <- system.file("htmlwidgets/lib/datatables/js/jquery.dataTables.min.js", package = "DT")
  scripts <- vapply(
    c(utils::tail(jquery, 1), tables, file.path(params$templates, "page.js")), text_of, ""
  )
  raw(paste0("<script>", scripts, "</script>", collapse = "\n"))
}
