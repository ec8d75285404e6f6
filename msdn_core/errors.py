"""Errors that a person can fix."""


class MsdnError(Exception):
    """An error that a person can fix: its text is one sentence that says what happened, where, and what to do.

    The command line prints it and exits with status 1; the window shows it where the work was started.
    """


class ProjectError(MsdnError):
    """A project cannot be opened, read or changed."""


class ImportFault(MsdnError):  # noqa: N818 - ImportError is Python's own
    """A file or folder cannot be imported; the text names the file, and the line if there is one."""


class ImageError(MsdnError):
    """An image cannot be opened."""


class WeightsError(MsdnError):
    """A backbone or its weights are not available."""


class CheckpointError(MsdnError):
    """A checkpoint cannot be read, or belongs to other attributes or another backbone."""


class ConfigError(MsdnError):
    """A setting has an invalid value."""


class RunError(MsdnError):
    """A training run cannot be found, started or controlled."""


class QueryError(MsdnError):
    """A search for images is not valid, or names something unknown."""
