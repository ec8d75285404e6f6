"""The class table: its model and view, headers, editors and the bars above it."""
