"""The command line: one module a command, each adding its own parser and handler.

Heavy rooms are imported inside the handlers, so that ``runs`` or ``stop`` answer at once.
"""
