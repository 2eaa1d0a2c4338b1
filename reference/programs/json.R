# Writing results so that nothing is lost: JSON with 17 significant digits, in base R alone.

number_text <- function(x) {
  ifelse(is.na(x), "null",
         ifelse(is.infinite(x), ifelse(x > 0, "\"Infinity\"", "\"-Infinity\""),
                sprintf("%.17g", x)))
}

string_text <- function(x) paste0("\"", gsub("\"", "\\\\\"", gsub("\\\\", "\\\\\\\\", x)), "\"")

# Named lists become objects, unnamed lists and vectors arrays, matrices arrays of rows.
# A single number stays a number; wrap it in I() to write an array of one.
json_text <- function(x, indent = "") {
  deeper <- paste0(indent, " ")
  if (is.null(x)) return("null")
  if (is.list(x)) {
    inside <- vapply(x, json_text, "", indent = deeper)
    if (is.null(names(x))) {
      if (length(x) == 0) return("[]")
      return(paste0("[\n", paste0(deeper, inside, collapse = ",\n"), "\n", indent, "]"))
    }
    pairs <- paste0(deeper, string_text(names(x)), ": ", inside)
    return(paste0("{\n", paste(pairs, collapse = ",\n"), "\n", indent, "}"))
  }
  if (is.matrix(x)) {
    rows <- apply(x, 1, function(row) paste0("[", paste(number_text(row), collapse = ", "), "]"))
    return(paste0("[", paste(rows, collapse = ", "), "]"))
  }
  text <- if (is.character(x)) string_text(x)
          else if (is.logical(x)) ifelse(x, "true", "false")
          else number_text(as.double(x))
  if (length(x) == 1 && !inherits(x, "AsIs")) text
  else paste0("[", paste(text, collapse = ", "), "]")
}

write_json <- function(x, path) writeLines(json_text(x), path)

# Columns as numbers with every digit; text columns as they are; missing cells empty.
write_rows <- function(frame, path) {
  cells <- lapply(frame, function(column) {
    if (is.character(column)) ifelse(is.na(column), "", column)
    else ifelse(is.na(column), "", sprintf("%.17g", as.double(column)))
  })
  lines <- do.call(paste, c(unname(cells), sep = ","))
  writeLines(c(paste(names(frame), collapse = ","), lines), path)
}

made_with <- function() {
  list(R = paste(R.version$major, R.version$minor, sep = "."),
       survival = as.character(packageVersion("survival")))
}
