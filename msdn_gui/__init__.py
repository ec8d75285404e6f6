"""The window: Qt, numpy and pyqtgraph; never torch, which would take seconds to load."""

import msdn_core.current_folder  # noqa: F401 - before all others: it decides where they come from
