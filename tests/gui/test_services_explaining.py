"""The explainer: the newest request wins, outdated answers are dropped, a dead worker is replaced, none is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING

import explain_doubles
import psutil
import pytest
from hostile_folder import imported, make_hostile_folder

from msdn_core.child_environment import PROGRAM_FOLDER
from msdn_gui.services import explaining
from msdn_gui.services.explaining import ExplainerService

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = 15_000


@pytest.fixture
def explainer(qapp) -> Iterator[ExplainerService]:  # noqa: ARG001
    service = ExplainerService(explain=explain_doubles.explain, warm_up=explain_doubles.warm_up)
    yield service
    service.close()
    service.deleteLater()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("checkpoint", "one.jpg", "two.jpg", "three.jpg", "slow.jpg", "crash.jpg", "raise.jpg", "refuse.jpg"):
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def ask(qtbot, explainer: ExplainerService, files: Path, name: str):
    with qtbot.waitSignal(explainer.answered, timeout=LONG) as answer:
        number = explainer.request(files / "checkpoint", files / name)
    assert answer.args[0] == number
    return answer.args[1]


def test_an_image_is_explained_in_another_process(qtbot, explainer, files) -> None:
    explanation = ask(qtbot, explainer, files, "one.jpg")
    assert explanation.attention_av.shape == (6, 7, 7)
    assert int(explanation.scores_av[0]) == explainer.worker_id % 100_000 != os.getpid() % 100_000


def test_the_worker_imports_nothing_from_the_current_folder(qtbot, explainer, files, monkeypatch) -> None:
    folder = make_hostile_folder(files / "photographs")
    (files / "where.jpg").write_bytes(b"where")
    # As in a program that has just started: this process is started with the worker, and by Python itself.
    resource_tracker._resource_tracker._stop()
    monkeypatch.chdir(folder)
    before = dict(os.environ)
    with qtbot.waitSignal(explainer.answered, timeout=LONG):
        explainer.request(Path("..") / "checkpoint", Path("..") / "one.jpg")
    assert explainer.knows(Path("..") / "checkpoint", files / "photographs" / ".." / "one.jpg")
    with qtbot.waitSignal(explainer.failed, timeout=LONG) as where:
        explainer.request(Path("..") / "checkpoint", Path("..") / "where.jpg")
    assert where.args[1] == str(PROGRAM_FOLDER)
    assert imported(folder) == ""
    assert dict(os.environ) == before


def test_only_the_newest_of_many_requests_is_answered(qtbot, explainer, files) -> None:
    ask(qtbot, explainer, files, "one.jpg")
    answered, failed = [], []
    explainer.answered.connect(lambda number, _: answered.append(number))
    explainer.failed.connect(lambda number, _: failed.append(number))
    explainer.request(files / "checkpoint", files / "slow.jpg")
    explainer.request(files / "checkpoint", files / "two.jpg")
    last = explainer.request(files / "checkpoint", files / "three.jpg")
    qtbot.waitUntil(lambda: last in answered, timeout=LONG)
    # Another answer comes after those that were dropped.
    asked_after = explainer.request(files / "checkpoint", files / "refuse.jpg", "other")
    qtbot.waitUntil(lambda: asked_after in failed, timeout=LONG)
    assert answered == [last]


def test_an_image_in_which_the_worker_hangs_keeps_nobody_waiting(qtbot, explainer, files, monkeypatch) -> None:
    monkeypatch.setattr(explaining, "_PATIENCE_MS", 300)
    (files / "hang.jpg").write_bytes(b"hang")
    ask(qtbot, explainer, files, "one.jpg")
    said = []
    explainer.died.connect(lambda sentence, _: said.append(sentence))
    explainer.request(files / "checkpoint", files / "hang.jpg")
    qtbot.wait(700)
    assert said == [], "nobody else waits"
    hanging = explainer.worker_id
    assert ask(qtbot, explainer, files, "two.jpg") is not None
    assert said == ["The process that explains images was ended because it took longer than 0 seconds with an image, "
                    "and started again."]  # fmt: skip
    assert not psutil.pid_exists(hanging)


def test_each_lane_has_its_newest_request_answered(qtbot, explainer, files) -> None:
    ask(qtbot, explainer, files, "one.jpg")
    answered = []
    explainer.answered.connect(lambda number, _: answered.append(number))
    explainer.request(files / "checkpoint", files / "slow.jpg")
    explainer.request(files / "checkpoint", files / "two.jpg", "other")
    other = explainer.request(files / "checkpoint", files / "three.jpg", "other")
    main = explainer.request(files / "checkpoint", files / "two.jpg")
    qtbot.waitUntil(lambda: {main, other} <= set(answered), timeout=LONG)
    assert answered == [main, other], "the chosen image goes first"
    gone = explainer.request(files / "checkpoint", files / "slow.jpg", "other")
    explainer.cancel("other")
    # Two more answers of the worker, which does one thing after another: what was cancelled would be among them.
    os.utime(files / "one.jpg", (1, 1))
    assert ask(qtbot, explainer, files, "one.jpg") is not None
    os.utime(files / "two.jpg", (1, 1))
    assert ask(qtbot, explainer, files, "two.jpg") is not None
    assert gone not in answered


def test_a_cached_answer_comes_without_the_worker(qtbot, explainer, files) -> None:
    first = ask(qtbot, explainer, files, "one.jpg")
    os.kill(explainer.worker_id, signal.SIGTERM)
    assert ask(qtbot, explainer, files, "one.jpg") is first


def test_prefetched_images_are_answered_from_the_cache(qtbot, explainer, files) -> None:
    ask(qtbot, explainer, files, "one.jpg")
    told = []
    explainer.answered.connect(lambda number, _: told.append(number))
    explainer.prefetch(files / "checkpoint", [files / "two.jpg", files / "raise.jpg", files / "three.jpg"])
    explainer.prefetch(files / "checkpoint", [files / "slow.jpg"], "other")
    ahead = ("two.jpg", "three.jpg", "slow.jpg")
    qtbot.waitUntil(lambda: all(explainer.knows(files / "checkpoint", files / name) for name in ahead), timeout=LONG)
    assert told == []
    os.kill(explainer.worker_id, signal.SIGTERM)
    assert ask(qtbot, explainer, files, "three.jpg") is not None, "it was known without the worker"


def test_a_changed_file_is_explained_again(qtbot, explainer, files) -> None:
    first = ask(qtbot, explainer, files, "one.jpg")
    os.utime(files / "one.jpg", (1, 1))
    assert ask(qtbot, explainer, files, "one.jpg") is not first


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_worker_is_reported_and_its_request_is_answered_by_another(qtbot, explainer, files) -> None:
    ask(qtbot, explainer, files, "one.jpg")
    old = explainer.worker_id
    died = []
    explainer.died.connect(lambda *told: died.append(told))
    with qtbot.waitSignal(explainer.answered, timeout=LONG):
        os.kill(old, signal.SIGKILL)
        explainer.request(files / "checkpoint", files / "two.jpg")
    assert len(died) == 1
    assert "it was killed" in died[0][0]
    assert explainer.worker_id != old


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_request_is_answered_if_the_worker_is_killed_while_warming_up(qtbot, explainer, files) -> None:
    explainer.prewarm(files / "checkpoint")
    with qtbot.waitSignal(explainer.answered, timeout=LONG) as answered:
        number = explainer.request(files / "checkpoint", files / "one.jpg")
        os.kill(explainer.worker_id, signal.SIGKILL)
    assert answered.args[0] == number


@pytest.mark.skipif(sys.platform == "win32", reason="it crashes in another way there")
def test_an_image_that_crashes_the_worker_twice_fails_and_the_next_one_is_explained(qtbot, explainer, files) -> None:
    died = []
    explainer.died.connect(lambda *told: died.append(told))
    with qtbot.waitSignal(explainer.failed, timeout=LONG) as failed:
        number = explainer.request(files / "checkpoint", files / "crash.jpg")
    assert failed.args[0] == number
    assert "twice" in failed.args[1]
    assert len(died) == 2, "once more by itself, and not for ever"
    sentence, details = died[0]
    assert "it crashed: Segmentation fault" in sentence
    assert "explain_doubles.py" in details, "where it crashed is known"
    assert ask(qtbot, explainer, files, "one.jpg") is not None


@pytest.mark.parametrize(("name", "words"), [("refuse.jpg", "truncated"), ("raise.jpg", "an unexpected fault")])
def test_an_error_is_one_sentence_and_the_worker_stays(qtbot, explainer, files, name, words) -> None:
    with qtbot.waitSignal(explainer.failed, timeout=LONG) as failed:
        explainer.request(files / "checkpoint", files / name)
    assert words in failed.args[1]
    worker = explainer.worker_id
    ask(qtbot, explainer, files, "one.jpg")
    assert explainer.worker_id == worker


def test_closing_ends_a_busy_worker(qtbot, explainer, files) -> None:
    ask(qtbot, explainer, files, "one.jpg")
    worker = explainer.worker_id
    explainer.request(files / "checkpoint", files / "slow.jpg")
    explainer.close()
    assert not psutil.pid_exists(worker)
    assert explainer.worker_id is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_the_worker_ends_when_its_parent_is_killed(qtbot, tmp_path, files) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys
            sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[2])]!r}
            if __name__ == "__main__":
                from pathlib import Path
                from PySide6.QtCore import QCoreApplication
                import explain_doubles
                from msdn_gui.services.explaining import ExplainerService
                application = QCoreApplication([])
                service = ExplainerService(explain=explain_doubles.explain, warm_up=explain_doubles.warm_up)
                service.answered.connect(lambda *_: print(service.worker_id, flush=True))
                files = Path({str(files)!r})
                service.request(files / "checkpoint", files / "one.jpg")
                application.exec()
            """
        ),
        encoding="utf-8",
    )
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    worker = int(parent.stdout.readline())
    assert psutil.pid_exists(worker)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    qtbot.waitUntil(lambda: not _lives(worker), timeout=LONG)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
