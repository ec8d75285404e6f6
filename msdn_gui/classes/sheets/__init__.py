"""Class sheets: importing, exporting and comparing versions of the class table."""
