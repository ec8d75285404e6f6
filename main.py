"""Start MSDN Explorer: ``python main.py [PROJECT] [--workspace NAME] [--screenshot FILE]``."""

import sys

from msdn_gui.app import main

if __name__ == "__main__":
    # The explainer is a spawned process, which imports this file again: start the window only from here.
    sys.exit(main())
