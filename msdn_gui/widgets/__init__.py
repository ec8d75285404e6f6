"""What several workspaces share."""
