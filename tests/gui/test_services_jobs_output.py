"""Whatever a child writes, the window shows one plain sentence and goes on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from msdn_gui.services import jobs as module
from msdn_gui.services.jobs import Job, Jobs

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def jobs(qapp) -> Iterator[Jobs]:  # noqa: ARG001
    made = Jobs()
    yield made
    made.close()
    made.deleteLater()


def ended(qtbot, jobs: Jobs, code: str) -> Job:
    job = jobs.start("Drawing", ["-c", "import sys, os\nout, err = sys.stdout.buffer, sys.stderr.buffer\n" + code])
    with qtbot.waitSignal(job.ended, timeout=60_000):
        pass
    return job


RESULT = "out.write(b'{\"images\": 9}\\n')\n"


@pytest.mark.parametrize(
    "code",
    [
        "err.write(b'x' * 20_000_000 + b'\\n' + b'lines of it\\n' * 1_000_000)\n",
        "err.write(bytes(range(256)) * 1000)\n",
        "out.write(bytes(range(256)) * 1000 + b'\\n')\n",
        "out.write(b'{\"error\": \"\\xff\\xfe\"}\\n')\n",
        "out.write(b'{' + b'\"a\":{' * 200_000 + b'\\n')\n",
        "out.write(b'[' * 200_000 + b'\\n')\n",
        "out.write(b'{\"error\": \"half \\\\ud800\"}\\n')\n",
        "out.write(b'{\"progress\": {\"stage\": 1, \"done\": 1e999, \"total\": NaN, \"remaining_s\": Infinity}}\\n')\n",
        "out.write(b'{\"progress\": {\"done\": ' + b'9' * 400 + b', \"remaining_s\": 1' + b'0' * 400 + b'}}\\n')\n",
        "out.write(b'{\"progress\": [1]}\\n{\"progress\": {}, \"error\": 1}\\n[]\\nnull\\n')\n",
    ],
    ids=["errors", "mixed errors", "bytes", "no UTF-8", "deep", "list", "half a pair", "no numbers", "huge", "other"],
)  # fmt: skip
def test_what_is_no_message_is_skipped(qtbot, jobs, code) -> None:
    job = ended(qtbot, jobs, code + RESULT)
    assert (job.error, job.result) == ("", {"images": 9})
    assert job.remaining_s is None


def test_a_line_that_does_not_end_is_dropped(qtbot, jobs, monkeypatch) -> None:
    monkeypatch.setattr(module, "_MOST_LINE_BYTES", 100_000)
    job = ended(qtbot, jobs, "out.write(b'{' * 5_000_000)\nout.write(b'\\n')\n" + RESULT)
    assert job.result == {"images": 9}
    job = ended(qtbot, jobs, RESULT + "out.write(b'{' * 5_000_000)\n")
    assert job.result == {"images": 9}


def test_a_long_line_is_read_in_time_that_grows_with_its_length() -> None:
    lines = module._Lines()
    piece = b"x" * 1000
    for _ in range(20_000):
        assert lines.feed(piece) == []
    assert [len(line) for line in lines.feed(b"\n")] == [20_000_000]


def test_an_error_is_one_line_without_control_characters_and_not_endless(qtbot, jobs) -> None:
    job = ended(
        qtbot, jobs, "out.write(b'{\"error\": \"red \\\\u001b[31m\\\\nline' + b' and so on' * 1000 + b'\"}\\n')\n"
    )
    assert job.error.startswith("red  [31m line and so on")
    assert len(job.error) <= 501
    job = ended(qtbot, jobs, "err.write(b'\\x1b[2J' + b'y' * 100_000)\nerr.flush()\nos._exit(3)\n")
    assert job.error.startswith("Drawing ended with status 3: ")
    assert "\x1b" not in job.error
    assert len(job.error) < 700


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_child_is_not_explained_by_what_it_wrote_before(qtbot, jobs) -> None:
    job = ended(qtbot, jobs, "err.write(b'a harmless warning\\n')\nerr.flush()\nos.kill(os.getpid(), 9)\n")
    assert job.error == (
        "Drawing ended unexpectedly (it was killed, possibly because memory ran out). Start it again; finished work is "
        "kept."
    )
