"""The state all workspaces share: what is open, what is selected, and the checkpoint it is viewed with.

Modules, each importing only those above it:

- ``changes``: what changed in the class table.
- ``messages``: what the message bar shows.
- ``document``: the open project, its images and class table.
- ``selection``: the selected image, attribute, class and rival class.
- ``inference``: checkpoint, gamma, and what the network computes for the selected image.
- ``navigation``: requests from one workspace to another.
- ``table_edits``, ``commands``: changes of the class table, and the same as undo commands.
- ``session``: puts these together.
"""

from msdn_gui.session.session import Session

__all__ = ["Session"]
