"""The network: sub-nets, losses, checkpoints, scoring and explaining images. Everything here needs torch."""
