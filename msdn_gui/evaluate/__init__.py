"""The Evaluate workspace: results of checkpoints on the test images, and whether two runs differ by more than noise."""
