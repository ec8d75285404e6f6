"""Reports: one self-contained HTML file of a run, or of two runs side by side."""
