"""Faults that a person can mend."""


class MsdnError(Exception):
    """A fault that a person can mend: its text is one sentence that says what, where, and what to do.

    The command line prints it and ends with status 1; the window shows it where the work was asked for.
    """


class ProjectError(MsdnError):
    """A project cannot be opened, read or changed."""


class ImportFault(MsdnError):  # noqa: N818 - ImportError is Python's own
    """A foreign file or folder cannot be turned into a project (named file, and line where there is one)."""


class ImageError(MsdnError):
    """An image cannot be opened."""


class WeightsError(MsdnError):
    """A backbone or its weights cannot be had."""


class CheckpointError(MsdnError):
    """A checkpoint cannot be read, or belongs to other attributes or another backbone."""


class ConfigError(MsdnError):
    """A setting has a value it cannot have."""


class RunError(MsdnError):
    """A training run cannot be found, started or told something."""


class QueryError(MsdnError):
    """A search for images cannot be read, or names what is not there."""
