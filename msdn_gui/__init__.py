"""The window: Qt, numpy and pyqtgraph; never torch, which would take seconds to load."""
