"""What stands around the workspaces: the window with its menus, bars and dialogues, and the ways into a project."""
