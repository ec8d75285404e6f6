"""What a command draws on a terminal, and what it prints where there is none."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")

_DRAW = """
from msdn_core.cli.output import Output
output = Output(as_json=False)
for done in range(0, 1001, 100):
    output.progress("features", done, 1000)
    output._last = 0.0
output.progress("maps", 1, 4)
output.note("a note")
"""


def on_terminal(script: str, columns: int, **environment: str) -> str:
    """Return what a script writes to a terminal."""
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [sys.executable, "-c", script], stderr=theirs, stdout=theirs, env={**kept, "TERM": "xterm", **environment}
    ) as child:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # The other end is closed.
                break
            if not part:
                break
            written += part
        assert child.wait() == 0
    os.close(ours)
    return written.decode()


@pytest.mark.parametrize("columns", [40, 70, 200])
def test_progress_fits_the_terminal_and_ends_its_line(columns: int) -> None:
    text = on_terminal(_DRAW, columns)
    lines = [line for part in text.replace("\r\n", "\n").split("\n") for line in part.split("\r")]
    assert max(len(line) for line in lines) <= columns
    finished = next(line for line in lines if "1000/1000" in line)
    assert ("images/s" in finished) == (columns > 40)
    assert finished.startswith("features: 100%")
    assert text.rstrip().endswith("a note")


def test_a_terminal_that_cannot_move_its_cursor_gets_no_progress() -> None:
    assert on_terminal(_DRAW, 80, TERM="dumb").strip() == "a note"


def test_json_is_valid_in_an_encoding_that_lacks_its_letters() -> None:
    script = (
        "from msdn_core.cli.output import Output; output = Output(as_json=True); "
        r"output.result({'class': 'F\xfc\xdfe \u9ce5'}, ''); output.error('F\xfc\xdfe')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    result, error = map(json.loads, done.stdout.decode("ascii").splitlines())
    assert (result, error) == ({"class": "Füße 鳥"}, {"error": "Füße"})
