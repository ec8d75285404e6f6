"""Where the maps point: each part's share of hits, and the images in which it is found or missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from msdn_core.project import ImageRecord
from msdn_core.runs.figure_text import selection_text
from msdn_core.runs.noise import part_noise
from msdn_gui.evaluate.measures.measure_panel import MeasurePanel
from msdn_gui.evaluate.measures.measure_table import Measure, MeasureTable
from msdn_gui.evaluate.measures.part_hits import MEASURES, PartHits, part_hits
from msdn_gui.evaluate.runs.page import Shown
from msdn_gui.evaluate.runs.run_choice import RunChoice
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.services.background import Background
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_combo_box, make_label
from msdn_gui.widgets.images.result_grid import ResultGrid
from msdn_gui.widgets.images.result_model import RESULT_ROLE, ImageResult, ResultModel
from msdn_gui.widgets.parted import BESIDE, parted

if TYPE_CHECKING:
    from msdn_gui.services import Services

_SHOWN = 500
_KINDS = {"all": "Hits and misses", "hits": "Hits", "misses": "Misses"}


class PartsPage(QWidget):
    """Parts at the left, the images of the chosen one at the right; each shows its map in Explore."""

    title = "Parts"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self._given: Shown | None = None
        self._shown: Shown | None = None
        self._part = ""
        self._attribute_of: dict[int, int] = {}
        self.runs = RunChoice("parts_run")
        self.parts = MeasurePanel(
            "Where the maps point",
            MeasureTable(
                "part",
                (
                    Measure("pcp_usual_av", "PCP A→V", "Parts found, APN's PCP with the usual box", "av"),
                    Measure("pcp_usual_va", "PCP V→A", "Parts found, APN's PCP with the usual box", "va"),
                    Measure("pointing_av", "Points A→V", "Share of maps whose peak lies on the part", "av"),
                    Measure("pointing_va", "Points V→A", "Share of maps whose peak lies on the part", "va"),
                ),
                "images",
                "Images",
            ),
            "part_measures",
            92,
        )
        self.measure, self.kind = make_combo_box(name="part_measure"), make_combo_box(name="part_kind")
        for box, spoken, choices in (
            (self.measure, "By which sub-net and box", MEASURES),
            (self.kind, "Hits or misses", _KINDS),
        ):
            box.setAccessibleName(spoken)
            for data, words in choices.items():
                box.addItem(words, data)
        self.name = make_label(name="part_title", wrap=True)
        self.name.setProperty("look", "heading")
        self.hint = make_label(name="part_hint", wrap=True)
        self.hint.setProperty("look", "muted")
        self.hint.setFont(small_font())
        self.grid = ResultGrid(ResultModel(services.thumbnails), "part_examples", "Images of the part")
        self.is_drawing = False
        """Whether it is being found out what is noise."""
        self._draws = Background(self)
        self._draws.done.connect(self._take_noise)
        self._draws.failed.connect(lambda _: self._take_noise(None))
        self._compose()
        self.parts.table.chosen.connect(self._choose)
        self.runs.currentIndexChanged.connect(self._draw)
        self.measure.currentIndexChanged.connect(self._list)
        self.kind.currentIndexChanged.connect(self._list)
        self.grid.clicked.connect(self._look)
        self.grid.activated.connect(self._look)

    def show_runs(self, shown: Shown) -> None:
        """Shows the parts of a run; of two runs, those of the chosen one and what the other gains."""
        before, self._given = self._given, shown
        self.runs.show_runs(shown)
        if before is None or not before.looks_like(shown):
            self._draw()

    # Composition

    def _compose(self) -> None:
        left, right = QWidget(), QWidget()
        row = QHBoxLayout()
        row.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        row.addWidget(self.runs)
        row.addStretch(1)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.parts, 1)
        boxes = QHBoxLayout()
        for box in (self.measure, self.kind):
            boxes.addWidget(box)
        boxes.addStretch(1)
        head = QVBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.setSpacing(SPACING // 2)
        head.addWidget(self.name)
        head.addLayout(boxes)
        head.addWidget(self.hint)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING // 2)
        column.addLayout(head)
        column.addWidget(self.grid, 1)
        split = parted("evaluate_parts", BESIDE, left, right, sizes=[540, 440])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    # What is shown

    def _draw(self, *_: object) -> None:
        if self._given is None:
            return
        shown = self._shown = self.runs.of(self._given)
        run, other = shown.run, shown.other
        self._draws.cancel()
        self.is_drawing = other is not None
        if other is not None:
            self._draws.start(lambda: part_noise(run, other))
        self.parts.show_rows(run.evaluation.parts, other.evaluation.parts if other is not None else None)
        said = "Shares of test images, in per cent." if run.evaluation.parts else "No places of parts are known here."
        self.parts.facts.setText(f"{said} {selection_text(run).capitalize()}.")
        self.parts.table.show_item(self.parts.model.item_of(self._part))
        self._list()

    def _take_noise(self, within: NDArray[np.bool_] | None) -> None:
        self.is_drawing = False
        if within is not None and self._shown is not None:
            names = self._shown.run.evaluation.measures.parts.tolist()
            self.parts.model.set_noise(dict(zip(names, within.tolist(), strict=True)))

    def _choose(self, item: int) -> None:
        self._part = self.parts.model.name_of(item)
        self._list()

    def _list(self, *_: object) -> None:
        """The images of the chosen part, the misses first."""
        shown, project = self._shown, self._session.document.project
        self._attribute_of = {}
        if shown is None or project is None or self.parts.model.item_of(self._part) < 0:
            self.grid.results.set_results([])
            self.name.setText(
                "Choose a part to see its images" if shown is not None and shown.run.evaluation.parts else ""
            )
            self.hint.setText("")
            return
        run = shown.run
        every = part_hits(run, self._part, self.measure.currentData(), project.part_names(), project.group_parts())
        kind = self.kind.currentData()
        hits = every if kind == "all" else every.only(hits=kind == "hits")
        self.grid.results.set_results(self._found(run.evaluation.predictions.image_ids[hits.places].tolist(), hits))
        count, of_all = len(every.only(hits=True).places), len(every.places)
        self.name.setText(f"{self._part}: found in {count:,} of {of_all:,} images")
        said = "A click shows the map in Explore." if len(hits.places) else "There is no such image."
        said += f" The first {_SHOWN:,} of {len(hits.places):,} are shown." if len(hits.places) > _SHOWN else ""
        self.hint.setText(said)

    def _found(self, ids: list[int], hits: PartHits) -> list[ImageResult]:
        known = {record.id: record for record in self._session.document.images}
        names, found = self._shown.run.table.attributes, []
        for number, share, column in zip(ids, hits.found.tolist(), hits.attributes.tolist(), strict=True):
            record = known.get(number)
            if record is None or len(found) == _SHOWN:
                continue
            self._attribute_of[number] = column
            caption = "hit" if share == 1 else "miss" if share == 0 else f"{100 * share:.0f}%"
            looked = f", the map of {names[column].full_name} among them" if column >= 0 else ""
            words = f"{100 * share:.0f} per cent of the part's maps peak at it{looked}"
            found.append(ImageResult(record, caption, words, share > 0.5))
        return found

    def _look(self, index: QModelIndex) -> None:
        """Goes to Explore with the image, through the run's checkpoint, at an attribute of the part."""
        record: ImageRecord = index.data(RESULT_ROLE).record
        if self._shown is None:
            return
        session, run = self._session, self._shown.run
        if run.checkpoint is not None and (
            session.inference.checkpoint is None or session.inference.checkpoint.path != run.checkpoint
        ):
            session.inference.set_checkpoint(run.checkpoint)
        column = self._attribute_of.get(record.id, -1)
        names = [attribute.full_name for attribute in session.document.table.attributes]
        name = run.table.attributes[column].full_name if column >= 0 else ""
        session.navigation.show_image(record, names.index(name) if name in names else -1)
