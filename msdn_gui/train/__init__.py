"""Train: start runs, watch them live, steer them, and look through what they made."""
