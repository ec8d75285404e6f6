"""One run, or several compared: state, curves, film, log, settings and notes."""
