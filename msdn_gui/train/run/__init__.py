"""One run: state, settings, log and notes."""
