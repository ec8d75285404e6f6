"""The start screen: projects that were open lately, and what else can be opened."""
