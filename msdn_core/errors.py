"""Errors that a person can fix."""


class MsdnError(Exception):
    """An error that a person can fix: its text is one sentence that says what happened, where, and what to do.

    The command line prints it and exits with status 1; the window shows it where the work was started.
    """


class FileError(MsdnError):
    """A file cannot be read."""

    def __init__(self, path: object, reason: str, missing: bool = False) -> None:
        """Describe a file. ``reason`` is a part of a sentence; ``missing`` says whether there is no such file."""
        super().__init__(path, reason, missing)
        self.reason = reason
        self.missing = missing

    def __str__(self) -> str:
        return f"{self.args[0]} cannot be read ({self.reason}); restore it from a backup copy, or choose another file."


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
