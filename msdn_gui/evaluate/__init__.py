"""The Evaluate workspace: what the tests of checkpoints say, and whether two runs differ by more than noise."""
