"""The classes at the right of Explore: their ranking, gamma, and why a class is ranked where it is."""
