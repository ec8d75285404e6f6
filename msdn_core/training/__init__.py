"""Training and measuring a network; ``config`` alone needs no torch, and is what the window's form is made from."""
