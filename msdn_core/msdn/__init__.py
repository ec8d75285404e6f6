"""The network: its two sub-nets, losses, checkpoints, and explaining an image. Everything here needs torch."""
