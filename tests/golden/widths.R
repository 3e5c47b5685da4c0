# Writes python/tunegrid/knitr/base_r/widths.csv: the columns that R gives to each character.
#   Rscript tests/golden/widths.R > python/tunegrid/knitr/base_r/widths.csv
# Run it under LC_ALL=C.UTF-8. What takes one column is left out.
points <- c(1:0xD7FF, 0xE000:0x10FFFF)
widths <- nchar(intToUtf8(points, multiple = TRUE), type = "width")
runs <- rle(paste(widths, cumsum(c(0, diff(points) != 1))))
last <- points[cumsum(runs$lengths)]
table <- data.frame(
  first = last - runs$lengths + 1L, last = last,
  width = as.integer(sub(" .*", "", runs$values))
)
write.csv(table[table$width != 1, ], quote = FALSE, row.names = FALSE)
