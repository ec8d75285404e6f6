"""Settings of training runs, and the runs made from them: recipes, grids, refits, ablations. No torch here."""
