"""The guide's pictures of Classes."""

from __future__ import annotations

from benchmarks.pictures.stage import Picture, Stage


def _what_if(stage: Stage) -> None:
    stage.act("classes_what_if")


PICTURES = (Picture("classes-what-if", "classes", _what_if),)
