"""One module a format, each writing a file from a project; what was written can be imported again."""
