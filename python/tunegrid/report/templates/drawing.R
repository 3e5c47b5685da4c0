# Whether a figure of an exported folder is a drawing and nothing else. Somebody else may
# have made it: an SVG can hold scripts, which run where it is opened alone, and can have
# whoever shows it fetch other files.

# What matplotlib writes, with a few attributes more.
drawing_words <- \(text) strsplit(text, "[ \n]+")[[1]]
drawing_tags <- drawing_words(
  "svg metadata rdf:RDF cc:Work cc:Agent dc:type dc:date dc:format dc:creator dc:title defs style g path
clipPath pattern rect use image text tspan"
)
drawing_attributes <- drawing_words(
  "xmlns xmlns:xlink xmlns:rdf xmlns:cc xmlns:dc version viewBox width height x y id d style transform
clip-path fill type href xlink:href rdf:resource patternUnits preserveAspectRatio text-anchor opacity"
)
# The most letters that are drawn through references, each as often as it is referred to.
most_referred <- 2^26

drawing_functions <- drawing_words("matrix translate scale rotate rgb url")

# The most pixels of all images in a figure: 70 KB of PNG can take gigabytes.
most_pixels <- 2^25

# How many a PNG has by its head; without end where that is none.
pixels_of <- function(link) {
  coded <- gsub("\\s", "", sub("^.*;base64,", "", link, useBytes = TRUE), perl = TRUE, useBytes = TRUE)
  known <- c(LETTERS, letters, 0:9, "+", "/")
  six <- matrix(match(strsplit(substr(coded, 1, 32), "")[[1]][1:32], known) - 1, nrow = 4)
  bytes <- c(rbind(six[1, ] * 4 + six[2, ] %/% 16, six[2, ] %% 16 * 16 + six[3, ] %/% 4, six[3, ] %% 4 * 64 + six[4, ]))
  if (!identical(as.integer(bytes[13:16]), utf8ToInt("IHDR"))) {
    return(Inf)
  }
  sum(bytes[17:20] * 256^(3:0)) * sum(bytes[21:24] * 256^(3:0))
}

is_drawing <- function(file) {
  content <- readBin(file, "raw", file.size(file))
  if (any(content == 0) || !validUTF8(text <- rawToChar(content))) {
    return(FALSE)
  }
  Encoding(text) <- "bytes"
  all_of <- \(pattern, text) unlist(regmatches(text, gregexpr(pattern, text, perl = TRUE, useBytes = TRUE)))
  without <- \(pattern, text) gsub(pattern, "", text, perl = TRUE, useBytes = TRUE)
  begins <- "^<\\?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\"\\?>\\s*(<!DOCTYPE svg PUBLIC [^<>\\[\\]]*>)?"
  text <- without("<!--(?:[^-]|-(?!-))*+-->", without(begins, text))
  # Every < begins a tag that is written in full.
  name <- "[A-Za-z][A-Za-z:-]*"
  tags <- all_of(paste0("<", name, "(?:\\s+", name, "=\"[^\"<]*+\")*\\s*/?>"), text)
  ends <- all_of(paste0("</", name, "\\s*>"), text)
  if (length(tags) + length(ends) != length(all_of("<", text))) {
    return(FALSE)
  }
  pairs <- all_of(paste0(name, "=\"[^\"]*\""), tags)
  names <- sub("=.*", "", pairs, useBytes = TRUE)
  # An entity could write any letter of these.
  looks <- c(pairs[names %in% c("style", "clip-path", "fill")], all_of("<style[^<]*", text))
  links <- pairs[grepl("href$", names, useBytes = TRUE)]
  # What is referred to is a shape, or shapes in which nothing is: references to references
  # would be drawn without end.
  is_shape <- grepl("^<(path|rect)\\b", tags, perl = TRUE, useBytes = TRUE)
  filled <- all_of("(style|fill)=\"[^\"]*\"", tags[!is_shape])
  areas <- all_of("(?s)<(?:clipPath|pattern)\\b.*?</(?:clipPath|pattern)", text)
  opened <- all_of("<(clipPath|pattern)\\b", text)
  targets <- c(tags[is_shape], areas)
  ids <- sub("\".*", "", sub("^[^>]*?\\sid=\"", "#", targets, perl = TRUE, useBytes = TRUE), useBytes = TRUE)
  referred <- match(c(all_of("(?<=href=\")#[^\"]*", tags), all_of("(?<=url\\()#[^)]*", tags)), ids)
  all(
    sum(vapply(grep("=\"data:", links, value = TRUE, useBytes = TRUE), pixels_of, 1)) <= most_pixels,
    !anyNA(referred), !anyDuplicated(all_of("(?<=\\sid=\")[^\"]*", tags)),
    sum(nchar(targets[referred], "bytes")) <= most_referred,
    length(areas) == length(opened), length(areas) == length(all_of("<(clipPath|pattern)\\b", areas)),
    !grepl("url(", c(filled, all_of("<style[^<]*", text)), fixed = TRUE, useBytes = TRUE),
    !grepl("href=|url\\(", areas, useBytes = TRUE),
    all_of(paste0("(?<=^<)", name), tags) %in% drawing_tags,
    names %in% drawing_attributes,
    sub("[(]", "", all_of("[A-Za-z-]*\\(", looks)) %in% drawing_functions,
    !grepl("url\\((?!#)|[&@\\\\]", looks, perl = TRUE, useBytes = TRUE),
    grepl("=\"(#[^&]*|data:image/png;base64,[A-Za-z0-9+/=\\s]*)\"$", links, perl = TRUE, useBytes = TRUE)
  )
}
