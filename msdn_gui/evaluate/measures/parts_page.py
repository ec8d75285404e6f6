"""How often the maps hit each part, and the images of a part's hits and misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.display_names import attribute_text
from msdn_core.runs.figure_text import selection_text
from msdn_core.runs.noise import part_noise
from msdn_gui.evaluate.build import make_choice, make_note
from msdn_gui.evaluate.measures.measure_panel import MeasurePanel
from msdn_gui.evaluate.measures.measure_table import Measure, MeasureTable
from msdn_gui.evaluate.measures.part_hits import MEASURES, PartHits, part_hits
from msdn_gui.evaluate.runs.checkpoint_use import use_checkpoint
from msdn_gui.evaluate.runs.run_choice import RunChoice
from msdn_gui.look.theme import SPACING
from msdn_gui.services.background import Background
from msdn_gui.widgets.build import make_column, make_label, make_row, without_margins
from msdn_gui.widgets.images.result_grid import ResultGrid
from msdn_gui.widgets.images.result_model import RESULT_ROLE, ImageResult, ResultModel
from msdn_gui.widgets.parted import BESIDE, parted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtCore import QModelIndex

    from msdn_core.project import ImageRecord
    from msdn_core.runs.evaluated_run import EvaluatedRun
    from msdn_gui.evaluate.runs.run_selection import RunSelection
    from msdn_gui.services import Services
    from msdn_gui.session import Session

_MAX_IMAGES = 500
_KINDS = {"all": "Hits and misses", "hits": "Hits", "misses": "Misses"}
_PART_MEASURES = (
    Measure("pcp_usual_av", "PCP A→V", "Percentage of correctly localised parts (APN) with the usual box", "av"),
    Measure("pcp_usual_va", "PCP V→A", "Percentage of correctly localised parts (APN) with the usual box", "va"),
    Measure("pointing_av", "Hits A→V", "Share of maps whose maximum lies on the part (pointing game)", "av"),
    Measure("pointing_va", "Hits V→A", "Share of maps whose maximum lies on the part (pointing game)", "va"),
)


class PartsPage(QWidget):
    """Parts on the left, the images of the selected one on the right; a click opens an image in Explore."""

    title = "Parts"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self._all_runs: RunSelection | None = None
        self._selection: RunSelection | None = None
        self._part = ""
        self._attribute_of: dict[int, int] = {}
        self.runs = RunChoice("parts_run")
        self.parts = MeasurePanel(
            "Localisation of parts", MeasureTable("part", _PART_MEASURES, "images", "Images"), "part_measures", 92
        )
        self.measure = make_choice("part_measure", "Sub-net and box", MEASURES)
        self.kind = make_choice("part_kind", "Hits or misses", _KINDS)
        self.name = make_label(name="part_title", wrap=True)
        self.name.setProperty("look", "heading")
        self.hint = make_note("part_hint")
        self.grid = ResultGrid(ResultModel(services.thumbnails), "part_examples", "Images of the part")
        self.is_computing = False
        """Whether it is being computed which differences are within noise."""
        self._background = Background(self)
        self._background.done.connect(self._set_noise)
        self._background.failed.connect(lambda _: self._set_noise(None))
        self._lay_out()
        self.parts.table.chosen.connect(self._on_part_selected)
        self.runs.currentIndexChanged.connect(lambda _: self._refresh())
        self.measure.currentIndexChanged.connect(lambda _: self._update_images())
        self.kind.currentIndexChanged.connect(lambda _: self._update_images())
        self.grid.clicked.connect(self._open_image)
        self.grid.activated.connect(self._open_image)

    def show_runs(self, selection: RunSelection) -> None:
        """Show the parts of a run; of two runs those of the chosen one, and the gain of the other."""
        before, self._all_runs = self._all_runs, selection
        self.runs.show_runs(selection)
        if before is None or not before.is_like(selection):
            self._refresh()

    # Inside

    def _lay_out(self) -> None:
        left, right = QWidget(), QWidget()
        row = make_row(self.runs)
        row.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        row.addStretch(1)
        column = without_margins(QVBoxLayout(left), 0)
        column.addLayout(row)
        column.addWidget(self.parts, 1)
        boxes = make_row(self.measure, self.kind)
        boxes.addStretch(1)
        head = make_column(self.name, boxes, self.hint, spacing=SPACING // 2)
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        column = without_margins(QVBoxLayout(right), SPACING // 2)
        column.addLayout(head)
        column.addWidget(self.grid, 1)
        self.setLayout(make_row(parted("evaluate_parts", BESIDE, left, right, sizes=[540, 440])))

    def _refresh(self) -> None:
        if self._all_runs is None:
            return
        selection = self._selection = self.runs.apply(self._all_runs)
        run, other = selection.run, selection.other
        self._background.cancel()
        self.is_computing = other is not None
        if other is not None:
            self._background.start(lambda: part_noise(run, other))
        self.parts.show_rows(run.evaluation.parts, other.evaluation.parts if other is not None else None)
        facts = (
            "Shares of the test images, in percent."
            if run.evaluation.parts
            else "The locations of parts are not known in this project."
        )
        self.parts.facts.setText(f"{facts} {selection_text(run).capitalize()}.")
        self.parts.table.show_item(self.parts.model.item_of(self._part))
        self._update_images()

    def _set_noise(self, within: NDArray[np.bool_] | None) -> None:
        self.is_computing = False
        if within is not None and self._selection is not None:
            names = self._selection.run.evaluation.measures.parts.tolist()
            self.parts.model.set_noise(dict(zip(names, within.tolist(), strict=True)))

    def _on_part_selected(self, item: int) -> None:
        self._part = self.parts.model.name_of(item)
        self._update_images()

    def _update_images(self) -> None:
        """Show the images of the selected part, misses first."""
        selection, project = self._selection, self._session.document.project
        self._attribute_of = {}
        if selection is None or project is None or self.parts.model.item_of(self._part) < 0:
            self.grid.results.set_results([])
            has_parts = selection is not None and bool(selection.run.evaluation.parts)
            self.name.setText("Select a part to see its images" if has_parts else "")
            self.hint.setText("")
            return
        run = selection.run
        both = part_hits(run, self._part, self.measure.currentData(), project.part_names(), project.group_parts())
        kind = self.kind.currentData()
        listed = both if kind == "all" else both.only(hits=kind == "hits")
        self.grid.results.set_results(self._results(run, listed))
        count, total = len(both.only(hits=True).positions), len(both.positions)
        self.name.setText(f"{self._part}: hit in {count:,} of {total:,} images")
        hint = "Click an image to open its map in Explore." if len(listed.positions) else "No images."
        if len(listed.positions) > _MAX_IMAGES:
            hint += f" The first {_MAX_IMAGES:,} of {len(listed.positions):,} are shown."
        self.hint.setText(hint)

    def _results(self, run: EvaluatedRun, hits: PartHits) -> list[ImageResult]:
        records = {record.id: record for record in self._session.document.images}
        ids = run.evaluation.predictions.image_ids[hits.positions].tolist()
        results: list[ImageResult] = []
        for image_id, share, column in zip(ids, hits.shares.tolist(), hits.attributes.tolist(), strict=True):
            record = records.get(image_id)
            if record is None or len(results) == _MAX_IMAGES:
                continue
            self._attribute_of[image_id] = column
            caption = "hit" if share == 1 else "miss" if share == 0 else f"{100 * share:.0f}%"
            example = f", for example of {attribute_text(run.table.attributes[column])}" if column >= 0 else ""
            text = f"{100 * share:.0f} percent of the part's maps hit it{example}"
            results.append(ImageResult(record, caption, text, share > 0.5))
        return results

    def _open_image(self, index: QModelIndex) -> None:
        """Open an image in Explore with the checkpoint of the run, at an attribute of the part."""
        record: ImageRecord = index.data(RESULT_ROLE).record
        if self._selection is None:
            return
        session, run = self._session, self._selection.run
        if run.checkpoint is not None:
            use_checkpoint(session, run.checkpoint)
        column = self._attribute_of.get(record.id, -1)
        names = [attribute.full_name for attribute in session.document.table.attributes]
        name = run.table.attributes[column].full_name if column >= 0 else ""
        session.navigation.show_image(record, names.index(name) if name in names else -1)
