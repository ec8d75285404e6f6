"""An entry of the program in the system's menu of applications: made and removed by a command.

Linux: a ``.desktop`` file and an icon (freedesktop.org's Desktop Entry and Icon Theme specifications). Windows: a
shortcut in the start menu. macOS: a small application in the person's own Applications folder.
"""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

from msdn_core.atomic import write_atomic
from msdn_core.errors import MsdnError
from msdn_core.resources import resource

APPLICATION_ID = "msdn-explorer"
_TITLE = "MSDN Explorer"
_COMMENT = "Zero-shot learning: see where both attention sub-nets look"


def install_shortcut() -> Path:
    """Make the menu entry for this installation and return its path; an existing entry is replaced.

    Raises MsdnError if it cannot be written.
    """
    try:
        if sys.platform == "win32":
            return _install_windows()
        return _install_macos() if sys.platform == "darwin" else _install_linux()
    except (OSError, subprocess.SubprocessError) as error:
        raise MsdnError(f"The menu entry cannot be made ({error}); check that your home folder is writable.") from error


def remove_shortcut() -> bool:
    """Remove what ``install_shortcut`` made, and return whether there was anything."""
    paths = _paths()
    there = [path for path in paths if path.exists()]
    for path in there:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return bool(there)


def _paths() -> list[Path]:
    if sys.platform == "win32":
        return [_start_menu() / f"{_TITLE}.lnk", _start_menu() / f"{_TITLE}.ico"]
    if sys.platform == "darwin":
        return [Path.home() / "Applications" / f"{_TITLE}.app"]
    return [
        _data() / "applications" / f"{APPLICATION_ID}.desktop",
        _data() / "icons" / "hicolor" / "scalable" / "apps" / f"{APPLICATION_ID}.svg",
    ]


def _command() -> list[str]:
    """Return the command that starts this installation's window, whatever folder it is started in."""
    scripts = Path(sys.executable).parent
    for name in (f"{APPLICATION_ID}.exe", APPLICATION_ID):
        if (scripts / name).is_file():
            return [str(scripts / name)]
    # A checkout that was not installed.
    return [sys.executable, str(resource().parent / "main.py")]


def _install_linux() -> Path:
    entry, picture = _paths()
    for path in (entry, picture):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(picture, resource("icons", "logo.svg").read_bytes())
    line = " ".join(_quoted(word) for word in _command())
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        f"Name={_TITLE}",
        f"Comment={_COMMENT}",
        f"Exec={line} %f",
        f"Icon={APPLICATION_ID}",
        "Terminal=false",
        "Categories=Education;Science;ArtificialIntelligence;",
        f"StartupWMClass={APPLICATION_ID}",
    )
    write_atomic(entry, "\n".join(lines) + "\n")
    return entry


def _quoted(word: str) -> str:
    """Return a word of ``Exec`` as the Desktop Entry specification quotes it."""
    escaped = "".join(f"\\{letter}" if letter in '"`$\\' else letter for letter in word)
    # The value of a key is unescaped once before its words are.
    return '"' + escaped.replace("\\", "\\\\").replace("%", "%%") + '"'


def _data() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _start_menu() -> Path:
    roaming = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    return roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs"


def _install_windows() -> Path:
    link, picture = _paths()
    _draw_icon(picture)
    program, *arguments = _command()
    # The values travel in the environment, so no quoting of the shell applies to them.
    script = (
        "$s=(New-Object -ComObject WScript.Shell).CreateShortcut($env:MSDN_LINK);"
        "$s.TargetPath=$env:MSDN_PROGRAM;$s.Arguments=$env:MSDN_ARGUMENTS;$s.IconLocation=$env:MSDN_ICON;"
        "$s.Description=$env:MSDN_COMMENT;$s.Save()"
    )
    values = {
        "MSDN_LINK": str(link),
        "MSDN_PROGRAM": program,
        "MSDN_ARGUMENTS": subprocess.list2cmdline(arguments),
        "MSDN_ICON": str(picture),
        "MSDN_COMMENT": _COMMENT,
    }
    subprocess.run(
        [_powershell(), "-NoProfile", "-NonInteractive", "-Command", script],
        env={**os.environ, **values},
        check=True,
        capture_output=True,
        timeout=60,
    )
    return link


def _powershell() -> str:
    """Return its full path: Windows looks for a bare name in the current folder, which may be a stranger's, too."""
    root = Path(os.environ.get("SYSTEMROOT", "C:/Windows"))
    return str(root / "System32" / "WindowsPowerShell" / "v1.0" / "powershell.exe")


def _install_macos() -> Path:
    (application,) = _paths()
    contents = application / "Contents"
    (contents / "MacOS").mkdir(parents=True, exist_ok=True)
    (contents / "Resources").mkdir(exist_ok=True)
    words = " ".join("'" + word.replace("'", "'\\''") + "'" for word in _command())
    starter = contents / "MacOS" / APPLICATION_ID
    write_atomic(starter, f'#!/bin/sh\nexec {words} "$@"\n')
    starter.chmod(0o755)
    _draw_icon(contents / "Resources" / f"{APPLICATION_ID}.icns")
    information = {
        "CFBundleName": _TITLE,
        "CFBundleIdentifier": f"org.{APPLICATION_ID}",
        "CFBundleExecutable": APPLICATION_ID,
        "CFBundleIconFile": APPLICATION_ID,
        "CFBundlePackageType": "APPL",
        "NSHighResolutionCapable": True,
    }
    write_atomic(contents / "Info.plist", plistlib.dumps(information))
    return application


def _draw_icon(path: Path) -> None:
    """Write the logo as ``.ico`` or ``.icns``: neither system takes SVG."""
    from io import BytesIO

    from PIL import Image
    from PySide6.QtCore import QBuffer, QSize
    from PySide6.QtGui import QGuiApplication, QIcon

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication.instance() or QGuiApplication([APPLICATION_ID])
    buffer = QBuffer()
    QIcon(str(resource("icons", "logo.svg"))).pixmap(QSize(256, 256)).save(buffer, "PNG")
    del application
    written = BytesIO()
    Image.open(BytesIO(bytes(buffer.data().data())), formats=("PNG",)).save(written, path.suffix.removeprefix("."))
    write_atomic(path, written.getvalue())
