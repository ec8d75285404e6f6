"""Small data for the window's tests: birds, attributes, a checkpoint's header, and a fake explainer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw
from PySide6.QtCore import QObject, QTimer, Signal
from safetensors.numpy import save_file

from msdn_core.domain.annotation import Box, PartPoint
from msdn_core.domain.attributes import Attribute
from msdn_core.domain.explanation import Explanation
from msdn_core.domain.scoring import Fusion
from msdn_core.domain.variants import SubNets
from msdn_core.runs.header import VECTORS_KEY, CheckpointHeader

if TYPE_CHECKING:
    from pathlib import Path

ATTRIBUTES = (
    Attribute("crown", "red"),
    Attribute("crown", "blue"),
    Attribute("wing pattern", "striped"),
    Attribute("wing pattern", "plain"),
    Attribute("crest", "yes"),
    Attribute("crest", "no"),
)
CLASSES = ("Red wader", "Striped heron", "Blue-crested tern")
VECTORS = np.array([[1, 0, 0.1, 0.9, 0, 1], [0.2, 0.7, 1, 0, 0.1, 0.9], [0, 1, 0.3, 0.6, 1, 0]], dtype=float)
SEEN = np.array([True, True, False])


def draw_bird(path: Path, number: int) -> tuple[PartPoint, ...]:
    """Draw a small picture with a simple bird, and return the points of its parts."""
    image = Image.new("RGB", (240, 180), (200 - 12 * number, 214, 205 + 8 * number))
    pen = ImageDraw.Draw(image)
    x, y = 80 + 10 * number, 90
    pen.ellipse((x - 45, y - 25, x + 45, y + 30), fill=(150, 110 + 15 * number, 80))
    pen.ellipse((x + 30, y - 45, x + 65, y - 12), fill=[(190, 50, 40), (60, 90, 190), (50, 110, 200)][number % 3])
    pen.polygon([(x + 63, y - 32), (x + 85, y - 25), (x + 63, y - 20)], fill=(230, 170, 40))
    for stripe in range(4 if number % 3 == 1 else 1):
        pen.line((x - 30 + 12 * stripe, y - 10, x - 20 + 12 * stripe, y + 15), fill=(40, 35, 30), width=3)
    image.save(path, quality=92)
    return PartPoint("crown", x + 47, y - 40), PartPoint("wing", x - 5, y + 2)


def make_header(**changes: object) -> CheckpointHeader:
    """Return a header that fits the small project."""
    values = {
        "attributes": tuple(attribute.full_name for attribute in ATTRIBUTES),
        "classes": CLASSES,
        "class_vectors": VECTORS,
        "seen": SEEN,
        "fusion": Fusion(0.9, 0.1),
        "gamma": 0.5,
        "backbone": {"name": "lite0", "size": 224, "grid": [7, 7]},
        "channels": 8,
        "run": "small-01",
        "step": 100,
        "figures": {"H": 0.8},
    }
    return CheckpointHeader(**{**values, **changes})


def write_checkpoint(path: Path, **changes: object) -> Path:
    """Write a checkpoint file with a header and no network: it can be chosen, but not run."""
    header = make_header(**changes)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({VECTORS_KEY: header.class_vectors}, path, metadata=header.to_metadata())
    return path


def make_explanation(seed: int = 0, size: tuple[int, int] = (240, 180), k: int = len(ATTRIBUTES)) -> Explanation:
    """Return an explanation with 7×7 regions, whose attention sums to 1 and evidence to the scores, as a network's."""
    width, height = size
    side = min(size)
    draw = np.random.default_rng(seed)
    av = draw.gamma(0.3, size=(k, 49)).astype(np.float32)
    va = draw.gamma(0.5, size=(k, 49)).astype(np.float32)
    scores_av, scores_va = (draw.normal(0.5, 0.4, k).astype(np.float32) for _ in range(2))
    evidence = [
        noise + (scores[:, None] - noise.sum(1, keepdims=True)) / 49
        for scores in (scores_av, scores_va)
        for noise in [draw.normal(0, 0.1, size=(k, 49)).astype(np.float32)]
    ]
    return Explanation(
        scores_av=scores_av,
        scores_va=scores_va,
        scores_pooled=np.zeros(k, np.float32),
        evidence_av=evidence[0].reshape(k, 7, 7),
        evidence_va=evidence[1].reshape(k, 7, 7),
        attention_av=(av / av.sum(1, keepdims=True)).reshape(k, 7, 7),
        attention_va=(va / va.sum(0, keepdims=True)).reshape(k, 7, 7),
        viewed=Box((width - side) / 2, (height - side) / 2, side, side),
        image_size=size,
        fusion=Fusion(0.9, 0.1),
    )


@dataclass(frozen=True)
class Request:
    """A request to the fake explainer."""

    number: int
    checkpoint: Path
    image: Path
    lane: str = ""


class FakeExplainer(QObject):
    """A stand-in for the explainer service: answers in the next event, or when a test calls ``answer``."""

    answered = Signal(int, object)
    failed = Signal(int, str)
    started = Signal()
    died = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.is_warm = True
        self.answers_by_itself = True
        self.sub_nets = SubNets.BOTH
        self.requests: list[Request] = []
        self.ahead: list[tuple[Path, Path]] = []
        self.ahead_in: dict[str, list[tuple[Path, Path]]] = {}
        """Prefetched images of lanes other than the main one."""

    def set_cache_size(self, count: int) -> None:
        """Record the size of the cache."""
        self.kept = count

    def request(self, checkpoint: Path, image: Path, lane: str = "") -> int:
        """Record the request; the answer depends on the image and, unless it is “best”, the checkpoint's name."""
        number = len(self.requests) + 1
        self.requests.append(Request(number, checkpoint, image, lane))
        if self.answers_by_itself:
            QTimer.singleShot(0, self, lambda: self.answer(number))
        return number

    def answer(self, number: int) -> None:
        """Answer one request."""
        request = self.requests[number - 1]
        seed = sum((request.image.name + request.checkpoint.stem.removeprefix("best")).encode())
        self.answered.emit(number, replace(make_explanation(seed=seed), sub_nets=self.sub_nets))

    def prefetch(self, checkpoint: Path, images: list[Path], lane: str = "") -> None:
        """Record the images to prefetch."""
        ahead = [(checkpoint, image) for image in images]
        if lane:
            self.ahead_in[lane] = ahead
        else:
            self.ahead = ahead

    def cancel(self, lane: str = "") -> None:
        """Do nothing; no request is running."""

    def close(self) -> None:
        """Do nothing; there is no process."""
