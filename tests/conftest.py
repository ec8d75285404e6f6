"""Configuration of the suite: parallel workers for whole runs, and no processes left behind."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import filelock
import psutil
import pytest
from xdist.scheduler import LoadScopeScheduling

sys.path.insert(0, str(Path(__file__).parent))
# Samples that tests share with the fuzzer of the benchmarks, which imports no test.
sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks" / "samples"))

from typing import TYPE_CHECKING

import left_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
# The longest tests are scheduled first, so that no worker starts one at the end.
ORDER = ("reliability", "e2e", "core", "gui")

# Tests of two ranks and of a responsive window need the whole machine, so they never run at the same time.
WHOLE_MACHINE = ("e2e/test_responsive.py", "core/test_distributed.py")

if "PYTEST_XDIST_WORKER" in os.environ:
    # Each worker has one core; more threads would only wait for each other. Set before torch is imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and psutil.disk_usage(str(MEMORY)).free > 4 << 30:
    # Temporary folders in memory: a third of the time of the window's tests was spent on files.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # Started in the background or by nohup: pytest keeps ignoring Ctrl+C, but its children do not inherit that.
    signal.signal(signal.SIGINT, lambda *_: None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests that take more than a minute")
    parser.addoption("--locale", metavar="NAME", help="run the tests of the window under a locale, e.g. de_DE")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run single files and soaks in this process: workers take seconds to start, hide output, and share the machine."""
    if config.option.markexpr == "soak" or any("::" in name or name.endswith(".py") for name in config.args):
        return 0
    cores = psutil.cpu_count() or 1
    return min(cores, 4) if cores > 1 else 0


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Hand out whole files; tests of the window, which share no fixtures, one by one."""
    return Scheduling(config, log)


class Scheduling(LoadScopeScheduling):
    """Group the tests that a worker runs at a time.

    The plugin's groups cannot be used: xdist 3.8 does not see them under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::")[0].removeprefix("tests/")
        if path in WHOLE_MACHINE:
            return "the whole machine"
        return nodeid if path.startswith("gui/") else path


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and config.getoption("numprocesses", None):
        return  # Only the workers run tests.
    watcher = left_behind.watch_this_process()

    def end() -> None:
        with suppress(OSError):
            watcher.communicate(timeout=10)

    config.add_cleanup(end)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow; run with --slow"))
    items.sort(key=lambda item: ORDER.index(item.path.relative_to(HERE).parts[0]))


@pytest.fixture(autouse=True, scope="session")
def keep_priority() -> Iterator[None]:
    """Keep commands that run in this process from lowering its priority, which cannot be raised again."""
    nice = psutil.Process.nice

    def ignore_own(process: psutil.Process, value: int | None = None) -> int | None:
        return nice(process, value) if value is None or process.pid != os.getpid() else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psutil.Process, "nice", ignore_own)
        yield


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], Path]], Path]:
    """Return ``made_once(name, make)``, which makes a folder once for all workers; tests that write copy it."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made once"

    def made(name: str, make: Callable[[Path], Path]) -> Path:
        shared.mkdir(exist_ok=True)
        result = shared / f"{name}.txt"
        with filelock.FileLock(shared / f"{name}.lock"):
            if not result.is_file():
                result.write_text(str(make(shared / name)), "utf-8")
        return Path(result.read_text("utf-8"))

    return made
