"""What surrounds a workspace: rail, top bar, menus, status chip and the layout of the window."""
