"""Tables: a sortable, searchable model, its view, and how cells are drawn."""
