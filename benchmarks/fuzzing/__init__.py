"""Mutated files for every reader that a stranger reaches: samples, mutations, readers and watched processes."""
