"""Values of the class table: numbers as text, blocks for spreadsheets, folded groups and heat colours."""
