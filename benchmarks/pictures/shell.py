"""The guide's pictures of the window around the workspaces."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtWidgets import QPushButton

from benchmarks.pictures.stage import Picture, Stage
from msdn_core.project import Project


def _start(stage: Stage) -> None:
    """The aviary among other projects; all are made of its birds, and one of them was moved away."""
    settings, aviary = stage.services.settings, stage.session.project
    images = [str(record.path) for record in stage.session.images]
    others = (("Waders of the estuary", 842, 14, 3), ("Bench test", 120, 6, 0), ("Woodland plots", 2310, 38, 8))
    for number, (name, count, classes, unseen) in enumerate(others):
        path = aviary.path.parent / name
        if name != "Bench test":
            Project.create(path).close()
        opened = datetime.now().astimezone() - timedelta(days=5 - 2 * number)
        pictures = tuple(images[130 * number + 41 * place + 7] for place in range(5))
        facts = {"images": count, "classes": classes, "unseen": unseen, "pictures": pictures}
        settings.remember_project(path)
        settings.remember(path, name=name, opened=opened.isoformat(), **facts)
    settings.remember_project(aviary.path)
    stage.act("start_screen")


def _tour(stage: Stage) -> None:
    """The step of the two maps."""
    stage.act("tour")
    for _ in range(2):
        stage.click(stage.find(QPushButton, "coachOnward"))


PICTURES = (Picture("start", "explore", _start), Picture("tour", "explore", _tour))
