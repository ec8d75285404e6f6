"""A project on disk: an SQLite database with migrations, in which every edit is committed as it is made."""

from msdn_core.project.classes import Cell, RemovedClass
from msdn_core.project.connection import PROJECT_FILE
from msdn_core.project.judgements import JudgementKey
from msdn_core.project.project import Project
from msdn_core.project.records import ImageRecord, NewImage, is_plain_path, require_text

__all__ = [
    "PROJECT_FILE",
    "Cell",
    "ImageRecord",
    "JudgementKey",
    "NewImage",
    "Project",
    "RemovedClass",
    "is_plain_path",
    "require_text",
]
