"""One module a format, each turning files into a project."""
