"""The Classes workspace: the class semantic vectors as an editable table."""
