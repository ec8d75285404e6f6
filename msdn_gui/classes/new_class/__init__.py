"""The form of a new class and what its vector can start from."""
