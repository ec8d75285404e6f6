"""Tests that take more than a minute run when they are asked for; no test slows down those after it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psutil
import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests that take more than a minute too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="slow; run with --slow"))


@pytest.fixture(autouse=True, scope="session")
def own_priority() -> Iterator[None]:
    """Commands that are run in this process lower its priority, and no process can raise it again."""
    nice = psutil.Process.nice

    def kept(process: psutil.Process, value: int | None = None) -> int | None:
        return nice(process, value) if value is None or process.pid != os.getpid() else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psutil.Process, "nice", kept)
        yield
