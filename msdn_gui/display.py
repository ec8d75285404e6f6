"""Checks whether a window can be opened before Qt is loaded: Qt aborts the process if it cannot."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msdn_core.installation import engine_command, install_command

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
_EVERYTHING = (
    "libegl1 libgl1 libxkbcommon-x11-0 libfontconfig1 libdbus-1-3 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 "
    "libxcb-image0 libxcb-render-util0 libxcb-shape0"
)
_WITHOUT_SCREEN = f"`{engine_command()}` works without a screen."


def explain_import_error(error: ImportError) -> str:
    """Return a sentence that says why Qt cannot be loaded."""
    library = _library_in(str(error))
    if library:
        return _missing([library])
    return f"Qt cannot be loaded ({error}); install it with `{install_command()}`; {_WITHOUT_SCREEN}"


def coerce_c_locale(environment: MutableMapping[str, str]) -> None:
    """Replace the C locale by C.UTF-8, as Python does (PEP 538) unless ``LC_ALL`` asks for it.

    Qt would do the same with five lines on standard error; files are named in UTF-8 in any case.
    """
    if sys.platform.startswith(("linux", "freebsd")) and environment.get("LC_ALL") in ("C", "POSIX"):
        environment["LC_ALL"] = "C.UTF-8"


def choose_platform(environment: Mapping[str, str], *, offscreen_is_fine: bool) -> tuple[str | None, str | None]:
    """Return the platform plugin for Qt (None: Qt's choice), and a sentence if no window can be opened.

    ``offscreen_is_fine`` if only a screenshot is needed.
    """
    if environment.get("QT_QPA_PLATFORM"):
        # The person's choice; only what would abort the process is refused.
        problems = [
            _problem_of_plugin(name.split(":")[0], environment) for name in environment["QT_QPA_PLATFORM"].split(";")
        ]
        return None, None if None in problems else problems[0]
    if not sys.platform.startswith(("linux", "freebsd")):
        return None, None
    wayland = _wayland_answers(environment)
    problem: str | None = None
    if wayland:
        problem = _problem_of_plugin("wayland", environment)
        if problem is None:
            return "wayland;xcb" if environment.get("DISPLAY") else "wayland", None
    if environment.get("DISPLAY"):
        problem = _problem_of_plugin("xcb", environment)
        if problem is None:
            return "xcb", None
    if offscreen_is_fine:
        return "offscreen", None
    if problem is None:
        reason = (
            f"WAYLAND_DISPLAY is “{environment['WAYLAND_DISPLAY']}”, which does not respond"
            if environment.get("WAYLAND_DISPLAY")
            else "neither DISPLAY nor WAYLAND_DISPLAY is set"
        )
        problem = (
            f"There is no screen for a window ({reason}): start the program in a desktop session or with `ssh -X`; "
            f"{_WITHOUT_SCREEN}"
        )
    return None, problem


def _problem_of_plugin(name: str, environment: Mapping[str, str]) -> str | None:
    if name in ("offscreen", "minimal", "vnc") or not sys.platform.startswith(("linux", "freebsd")):
        return None
    if name == "xcb":
        missing = _missing_libraries("libqxcb.so")
        if missing:
            return _missing(missing)
        display = environment.get("DISPLAY", "")
        if not _x_answers(display):
            reason = f"the X server at DISPLAY “{display}” refuses it" if display else "DISPLAY is not set"
            return (
                f"No window can be opened because {reason}: start the program in a desktop session or with `ssh -X`; "
                f"{_WITHOUT_SCREEN}"
            )
    if name == "wayland":
        missing = _missing_libraries("libqwayland.so", "libqwayland-generic.so")
        if missing:
            return _missing(missing)
    return None


def _missing_libraries(*plugins: str) -> list[str]:
    """Return the system libraries that a platform plugin lacks, by asking the loader that Qt uses."""
    found = importlib.util.find_spec("PySide6")
    if found is None or not found.submodule_search_locations:
        return []
    folder = Path(next(iter(found.submodule_search_locations))) / "Qt" / "plugins" / "platforms"
    for plugin in plugins:
        file = folder / plugin
        if not file.is_file():
            continue
        try:
            ctypes.CDLL(str(file), mode=os.RTLD_LAZY | os.RTLD_LOCAL)
        except OSError as error:
            first = _library_in(str(error))
            if not first:
                return []
            others = [name for name in _PACKAGES if name.startswith("libxcb") and not _loads(name)]
            return [first, *(name for name in others if name != first)]
        return []
    return []


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _library_in(text: str) -> str:
    found = re.search(r"(lib[\w.+-]+\.so[.\d]*)", text)
    return found.group(1) if found and "cannot open shared object" in text else ""


def _missing(libraries: list[str]) -> str:
    packages = [_PACKAGES[name] for name in libraries if name in _PACKAGES]
    how = f"apt install {' '.join(packages)}" if len(packages) == len(libraries) else f"apt install {_EVERYTHING}"
    return (
        f"The window needs system libraries that are not installed ({', '.join(libraries)}); on Debian and Ubuntu, "
        f"`{how}` installs them. {_WITHOUT_SCREEN}"
    )


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY")
    if not name:
        return False
    path = Path(environment.get("XDG_RUNTIME_DIR", "/run")) / name
    return _connects(str(path))


def _x_answers(display: str) -> bool:
    """Return whether the X server of DISPLAY accepts a connection, by asking the library that Qt uses."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode() or None, None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused


def _connects(path: str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(3)
            line.connect(path)
    except OSError:
        return False
    return True
