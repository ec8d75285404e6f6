"""A real window that edits without a pause, and says each edit once it is made.

    python window_at_work.py PROJECT FIRST [RUN]

Edit n gives a class's attribute the value n, and judges that attribute in an image, both through the doors that a
person's clicks go through. ``RUN`` starts a training run of that name as Train does. ``alive NAME`` is printed for
each run that the window knows to be at work, ``edit N`` for each edit, ``says …`` for what the message bar says.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    import msdn_gui.app as app

    program = app._make(app.build_parser().parse_args([sys.argv[1], "--workspace", "annotate"]))

    from PySide6.QtCore import QTimer

    from msdn_core.domain.annotation import Certainty
    from msdn_core.recipes.config import RECIPES
    from msdn_gui.annotate.annotations import Annotations
    from msdn_gui.train.form.starting import Starter

    session, window = program.session, program.window
    session.messages.posted.connect(lambda level, sentence: print("says", level, sentence, flush=True))
    program.faults.reported.connect(lambda sentence, report: print("says fault", sentence, report, flush=True))
    program.services.run_monitor.status_changed.connect(
        lambda name, status: status.state.alive and print("alive", name, flush=True)
    )
    judging: list[Annotations] = []
    edits = iter(range(int(sys.argv[2]), sys.maxsize))

    def begin() -> None:
        if len(sys.argv) > 3:
            words = ("backbone=by-hand", "steps=1000000", "evaluate_every=200", "threads=1", "device=cpu")
            config = RECIPES["demo"].with_settings(words)
            starter = Starter(window)
            starter.failed.connect(lambda sentence: print("says failed", sentence, flush=True))
            starter.start(Path(sys.argv[1]), config, sys.argv[3])
        judging.append(Annotations(session, window.workspaces["annotate"].undo_stack, program.services.settings))
        timer = QTimer(window)
        timer.setInterval(4)
        timer.timeout.connect(edit)
        timer.start()

    def edit() -> None:
        number = next(edits)
        column = number % len(session.document.table.attributes)
        name = session.document.table.classes[number % len(session.document.table.classes)]
        session.edits.set_values([(name, column, float(number))])
        image = session.document.images[number % len(session.document.images)]
        judging[0].judge([image], [column], number % 2 == 0, Certainty(number % 4 + 1))
        print("edit", number, flush=True)

    def opened(project: object) -> None:
        if project is not None:
            QTimer.singleShot(0, window, begin)

    session.document.project_changed.connect(opened)
    sys.exit(program.run())
