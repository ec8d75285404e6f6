"""One self-contained HTML file of a run, or of two side by side: what was measured, on what, by what settings."""
