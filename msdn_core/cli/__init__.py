"""The command line: one module per command, each with its own parser and handler.

Heavy packages are imported inside the handlers, so that ``runs`` or ``stop`` answer at once.
"""
