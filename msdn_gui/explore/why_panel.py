"""Why a class gets its score: what each attribute adds to it, exactly."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_gui.explore.contribution_model import NAME, SHARE, ContributionModel
from msdn_gui.explore.delegates import AttributeDelegate, BarDelegate
from msdn_gui.explore.item_table import ItemTable
from msdn_gui.session import ExplainPhase, Session
from msdn_gui.theme import SPACING
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.mark import Mark


class WhyPanel(QWidget):
    """Contributions to the chosen class, or to the best one where none is chosen; they sum to its score."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self.class_name: str | None = None
        """The class that is accounted for."""
        self.model = ContributionModel()
        self.table = ItemTable(self.model, "contributions", widths={SHARE: 122}, stretch=NAME)
        self.table.setAccessibleName("Contributions")
        self.table.setItemDelegateForColumn(NAME, AttributeDelegate(self.table))
        self.table.setItemDelegateForColumn(SHARE, BarDelegate(self.table))
        self.title = ElidedLabel("Why this class", name="why_title")
        self.title.setProperty("look", "heading")
        self.mark = Mark()
        self.mark.hide()
        self.sum = QLabel(objectName="why_sum", wordWrap=True)
        self.sum.setProperty("look", "muted")
        self.sum.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        head = QVBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.setSpacing(2)
        line = QHBoxLayout()
        line.setSpacing(SPACING // 2)
        line.addWidget(self.mark)
        line.addWidget(self.title, 1)
        head.addLayout(line)
        head.addWidget(self.sum)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        self.table.chosen.connect(session.set_attribute)
        session.attribute_changed.connect(self.table.show_item)
        session.class_changed.connect(self.account)
        self.account()

    def account(self, *_: object) -> None:
        """Account for the chosen class's score anew."""
        session = self._session
        ranking = session.class_ranking()
        if ranking is None:
            failed = session.explaining.phase is ExplainPhase.FAILED
            if session.image is None or session.checkpoint is None or not session.table.classes or failed:
                self.class_name = None
                self.model.show_contributions((), None)
                self.mark.hide()
                self.title.setText("Why this class")
                self.sum.setText("What each attribute adds to a class's score stands here once an image is looked at.")
            return
        order, scores = ranking
        name = session.class_name
        if name is None and len(order):
            name = session.table.classes[int(order[0])]
        self.class_name = name
        if name is None:
            self.model.show_contributions((), None)
            self.mark.hide()
            self.title.setText("Why this class")
            self.sum.setText("There is no class yet; add one in Classes.")
            return
        self.model.show_contributions(session.table.attributes, session.contributions(name))
        row = session.table.class_index[name]
        seen = bool(session.table.seen[row])
        self.title.setText(f"Why {name}")
        self.mark.set_mark("seen" if seen else "unseen")
        self.mark.show()
        self.title.setToolTip(f"Contributions of the attributes to the score of {name}")
        total, score = self.model.total, float(scores[row])
        words = f"Contributions sum to the score, {_number(total)}"
        if seen and session.gamma:
            words = f"Sum {_number(total)} − gamma {session.gamma:.2f} = score {_number(score)}"
        self.sum.setText(words)
        self.sum.setToolTip(f"Sum {total:.6g}, score after gamma {score:.6g}")
        self.table.show_item(session.attribute)


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")
