"""The explainer's process is killed during requests: the window is answered all the same, and no process is left."""

from __future__ import annotations

import os
import random
import signal
from typing import TYPE_CHECKING

import explain_doubles
import psutil
import pytest
from small_birds import ATTRIBUTES, CLASSES, SEEN, VECTORS, draw_bird, write_checkpoint
from trials import posix_only, times, wait_for

from msdn_core.domain.attributes import ClassTable
from msdn_core.project import NewImage, Project
from msdn_gui.services.explaining import ExplainerService
from msdn_gui.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IMAGES = 8


@pytest.fixture
def session(qapp, tmp_path: Path) -> Iterator[Session]:  # noqa: ARG001
    with Project.create(tmp_path / "birds") as project:
        project.define_classes(ClassTable(ATTRIBUTES, CLASSES, VECTORS, SEEN))
        for number in range(IMAGES):
            draw_bird(tmp_path / f"slow{number}.jpg", number)
        images = [NewImage(f"slow{number}.jpg", CLASSES[0]) for number in range(IMAGES)]
        project.add_images(project.add_image_root(tmp_path), images)
    # Answers take half a second, and none is remembered.
    explainer = ExplainerService(explain=explain_doubles.explain, warm_up=explain_doubles.warm_up, cache_size=0)
    made = Session(explainer, shipped_checkpoints=list)
    made.open_project(tmp_path / "birds")
    made.inference.set_checkpoint(write_checkpoint(tmp_path / "best.safetensors"))
    yield made
    made.close_project()
    explainer.close()
    made.deleteLater()
    explainer.deleteLater()


@posix_only
@times("kills", 3, 50)
def test_the_next_request_is_answered_and_no_process_is_left(session: Session, qtbot, kills: int) -> None:
    explainer = session.inference.explainer
    draw, died, seen = random.Random(kills), [], set()
    explainer.died.connect(lambda sentence, _: died.append(sentence))
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    for turn in range(kills):
        session.selection.set_image(session.document.images[turn % IMAGES])
        qtbot.wait(int(draw.uniform(0, 700)))
        worker = explainer.worker_id
        if worker is not None:
            seen.add(worker)
            os.kill(worker, signal.SIGKILL)
        # What was asked is answered, by another process, though nobody asks again; and so is the next.
        qtbot.waitUntil(lambda: session.inference.explanation is not None, timeout=20_000)
        session.selection.set_image(session.document.images[(turn + 1) % IMAGES])
        qtbot.waitUntil(lambda: session.inference.explanation is not None, timeout=20_000)
    assert len(died) == len(seen) >= kills // 2
    explainer.close()
    wait_for(lambda: not any(map(alive, seen)))
    left = {child.pid for child in psutil.Process().children(recursive=True)} - before
    # Python's own tracker of shared memory lives as long as this process.
    assert [pid for pid in left if "resource_tracker" not in " ".join(psutil.Process(pid).cmdline())] == []


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
