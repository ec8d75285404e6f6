"""The window around the workspaces: menus, bars, dialogs, the command palette, the tour, and opening projects."""
