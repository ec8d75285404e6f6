"""Files of weights by strangers: safetensors and PyTorch files of any wrapping; no code in them is run.

Training code saves more than weights: its arguments, its scores, an optimiser, or the whole model. Such objects are
replaced by stand-ins that do nothing, and are named in a note.
"""

from __future__ import annotations

import pickle
import pickletools
import re
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.serialization import safe_globals

from msdn_core.errors import WeightsError
from msdn_core.file_kinds import ZIP, unexpected_kind
from msdn_core.safe_files import open_regular

if TYPE_CHECKING:
    from pathlib import Path

_WRAPPERS = ("state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "weights", "params")
"""Where training code keeps the weights, the usual places first."""
_NO_WEIGHTS = re.compile(r"optim|sched|scaler|history|^args$|config|hyper", re.IGNORECASE)
_AVERAGES = re.compile(r"(^|_)ema(_|$)|averaged|teacher", re.IGNORECASE)
"""Averages over training, which are read if there is nothing else."""
_DEPTH, _MOST_PREFIXES = 4, 100
_MOST_PICKLE = 1 << 28
"""The most bytes of the pickle in a file, which has names and shapes only."""
_RESAVE = "load it with its own code, save torch.save(model.state_dict(), “weights.pth”), and give that file"
_HARMLESS_FUNCTIONS = re.compile(
    r"numpy\.(_?core\.)?(multiarray|numeric)\.(_reconstruct|scalar|_frombuffer)|numpy\.(dtype|ndarray|[a-z]+\d+|bool_?)|"
    r"numpy\.random\.\w+\.\w+|numpy\.dtypes\.\w+|collections\.\w+|datetime\.\w+|"
    r"copy_?reg\.__?reconstructor|copyreg\._reconstructor|_codecs\.encode|"
    r"builtins\.(set|frozenset|slice|range|complex|bytearray|object|list|dict|tuple|int|float|str|bytes|bool)|"
    r"torch\.(_utils|storage|_tensor|nn\.parameter|optim\.\w+)\.\w+|torch\.[a-z]+\d*\w*"
)
_HARMFUL = re.compile(
    r"(os|posix|nt|sys|subprocess|shutil|importlib|runpy|pickle|_pickle|marshal|ctypes|socket|pty|code|codeop|"
    r"webbrowser|multiprocessing|asyncio|threading|signal|tempfile|urllib|http|operator|_operator|builtins)(\..*)?"
)

_DICTIONARIES = ("collections.defaultdict",)


class Inert:
    """An object of a file that was not made: it takes any arguments and any state, and does nothing."""

    def __new__(cls, *_arguments: Any, **_named: Any) -> Inert:
        """Return a stand-in."""
        return super().__new__(cls)

    def __init__(self, *arguments: Any, **_named: Any) -> None:
        self.arguments = arguments
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class InertDictionary:
    """As ``Inert``, for an object that is a dictionary: torch fills only those of known classes."""

    def __new__(cls, *_arguments: Any, **_named: Any) -> Any:
        """Return an empty dictionary that may have attributes."""
        return OrderedDict()


def read_weights(path: Path, notes: list[str] | None = None) -> dict[str, Tensor]:
    """Return the tensors of a safetensors or PyTorch file by name; its content decides which of them it is.

    Parameters
    ----------
    path
        The file.
    notes
        Receives sentences about what was left out.

    Raises
    ------
    WeightsError
        If the file is missing or damaged, or contains no tensors.
    """
    if not path.is_file():
        other = unexpected_kind(path)
        if other is not None:
            raise WeightsError(f"{path} {other}.")
        raise WeightsError(f"The weights file {path} does not exist; check the path.")
    other = unexpected_kind(path, (ZIP,))
    if other is not None:
        raise WeightsError(f"{path} {other}.")
    skipped: list[str] = []
    try:
        with warnings.catch_warnings():
            # Warnings about a damaged file are followed by an error.
            warnings.simplefilter("ignore")
            content = load_file(path) if _is_safetensors(path) else _load_torch(path, skipped)
    except WeightsError:
        raise
    except Exception as fault:  # A damaged file raises almost any exception.
        reason = str(fault).split("\n", 1)[0] or "it is empty or incomplete"
        if isinstance(fault, pickle.UnpicklingError):
            # Torch's message advises to run the code in the file.
            reason = f"it is not a PyTorch file, or contains more than tensors: {_RESAVE}"
        raise WeightsError(
            f"{path} cannot be read as weights ({reason}); give a .safetensors or state-dict file."
        ) from fault
    tensors = _tensors(content, path, notes)
    if skipped and notes is not None:
        notes.append(f"{path.name} contains more than weights, which was left out: {_some(skipped)}.")
    return tensors


def select_names(tensors: Mapping[str, Tensor], expected: Mapping[str, Any]) -> tuple[dict[str, Tensor], str]:
    """Return the tensors whose names have the prefix with which most expected names exist, without it, and the prefix.

    Wrappers of a network put one in front of each name: ``module.``, ``model.``, ``_orig_mod.``, or several.
    """
    prefixes = {""}
    for anchor in list(expected)[:8]:
        prefixes |= {name[: -len(anchor)] for name in tensors if name.endswith(f".{anchor}")}
    best = max(
        sorted(prefixes, key=len)[:_MOST_PREFIXES],
        key=lambda prefix: sum(prefix + name in tensors for name in expected),
    )
    return {name[len(best) :]: value for name, value in tensors.items() if name.startswith(best)}, best


def _is_safetensors(path: Path) -> bool:
    """Return whether a file begins with the length of a JSON header and its brace, whatever its suffix."""
    with open_regular(path) as stream:
        head = stream.read(9)
    pickled = head.startswith((b"PK", b"\x80"))
    return head[8:9] == b"{" or (path.suffix.lower() == ".safetensors" and not pickled)


def _load_torch(path: Path, skipped: list[str]) -> Any:
    """Return the content of a PyTorch file, with stand-ins for what is neither a tensor nor a container."""
    names = sorted(_globals(path))
    # Torch knows these itself, and a stand-in of the same name would not replace them.
    unknown = [name for name in names if not name.startswith("torch.") and name != "collections.OrderedDict"]
    refused = next((name for name in unknown if not _is_harmless(name)), None)
    if refused is not None:
        raise WeightsError(
            f"{path} cannot be read as weights (it contains more than tensors: {refused}); no code in it was run. If "
            f"you trust the file, {_RESAVE}."
        )
    replaced = [*unknown, *_torch_classes(names)]
    skipped += [name for name in replaced if not _HARMLESS_FUNCTIONS.fullmatch(name)]
    try:
        return _load_with(path, dict.fromkeys(replaced, Inert))
    except (pickle.UnpicklingError, TypeError, AttributeError):
        # The pickle does not say which classes are dictionaries before it fills them.
        plain = [name for name in replaced if _HARMLESS_FUNCTIONS.fullmatch(name) and name not in _DICTIONARIES]
        if len(plain) == len(replaced):
            raise
        return _load_with(path, {name: Inert if name in plain else InertDictionary for name in replaced})


def _load_with(path: Path, kinds: Mapping[str, type]) -> Any:
    # Each name has a class of its own: torch looks up functions by what they are.
    stand_ins: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
        (type(name.rpartition(".")[2], (kind,), {}), name) for name, kind in kinds.items()
    ]
    # From a stream, since torch goes by the suffix of a path.
    with safe_globals(stand_ins), open_regular(path) as stream:
        return torch.load(stream, map_location="cpu", weights_only=True)


def _torch_classes(names: list[str]) -> list[str]:
    """Return torch's own classes in a file that ``weights_only`` refuses: layers of a whole model, schedulers."""
    return [name for name in names if re.fullmatch(r"torch\.(nn\.(?!parameter)|optim|utils)[\w.]*\.[A-Z]\w*", name)]


def _is_harmless(name: str) -> bool:
    """Return whether a name is a class, or one of the functions that rebuild plain values."""
    if _HARMLESS_FUNCTIONS.fullmatch(name):
        return True
    return not _HARMFUL.fullmatch(name) and name.rpartition(".")[2][:1].isupper()


def _globals(path: Path) -> set[str]:
    """Return the names that the pickle in a PyTorch file refers to; nothing is built."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            entry = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
            if any(name.endswith("/constants.pkl") for name in archive.namelist()):
                raise WeightsError(
                    f"{path} is a TorchScript program, which is not run; load it with torch.jit.load where you trust "
                    "it, save torch.save(model.state_dict(), “weights.pth”), and give that file."
                )
            if entry is None:
                raise WeightsError(
                    f"{path} cannot be read as weights (it is a zip archive of other files); unpack it, and give the "
                    "file of weights in it."
                )
            if archive.getinfo(entry).file_size > _MOST_PICKLE:
                raise WeightsError(f"{path} cannot be read as weights (its list of tensors is far too long).")
            with archive.open(entry) as stream:
                return _globals_of(stream)
    with open_regular(path) as stream:
        found: set[str] = set()
        # The older format has four pickles before the numbers: a magic number, a version, the machine, the content.
        for _ in range(4):
            found |= _globals_of(stream)
        return found


def _globals_of(stream: Any) -> set[str]:
    found: set[str] = set()
    for opcode, argument, _ in _opcodes(stream):
        if opcode.name == "STACK_GLOBAL":
            raise pickle.UnpicklingError("a newer protocol than torch writes")
        if opcode.name == "GLOBAL":
            module, _, name = str(argument).partition(" ")
            module = {"__builtin__": "builtins", "copy_reg": "copyreg"}.get(module, module)
            found.add(f"{module}.{name}")
    return found


def _opcodes(stream: Any) -> Iterator[tuple[pickletools.OpcodeInfo, Any, int | None]]:
    try:
        yield from pickletools.genops(stream)
    except (ValueError, UnicodeError) as fault:
        raise pickle.UnpicklingError(str(fault)) from fault


def _tensors(content: Any, path: Path, notes: list[str] | None) -> dict[str, Tensor]:
    """Return the tensors in the content of a file: a state dict, a container with one, or a whole model."""
    found = [(place, state) for place, state in _states(content, "", _DEPTH) if state]
    if not found:
        if isinstance(content, Mapping) and content:
            raise WeightsError(f"{path} contains no tensors; give a .safetensors or state-dict file.")
        raise WeightsError(f"{path} contains no named weights; give a .safetensors or state-dict file.")
    place, state = min(found, key=lambda entry: _rank(*entry))
    others = [other or "the top" for other, _ in found if other != place]
    if others and notes is not None:
        notes.append(f"The weights are those in “{place or 'the top'}” of {path.name}; not read: {_some(others)}.")
    return state


def _rank(place: str, state: Mapping[str, Tensor]) -> tuple[bool, int, int]:
    last = place.rpartition(".")[2]
    # A few tensors beside a state dict are scores.
    usual = _WRAPPERS.index(last) if last in _WRAPPERS else len(_WRAPPERS)
    return bool(_AVERAGES.search(place)), (usual if len(state) > 3 else 2 * len(_WRAPPERS)), -len(state)


def _states(content: Any, place: str, depth: int) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Yield the place and the tensors of each container that has tensors of its own."""
    if (module := _module_state(content)) is not None:
        yield place, dict(_parameters(module, "", 32))
        return
    if not isinstance(content, Mapping) or depth == 0:
        return
    yield place, {str(name): tensor for name, value in content.items() if (tensor := _tensor(value)) is not None}
    for name, value in content.items():
        if isinstance(value, (Mapping, Inert)) and not _NO_WEIGHTS.search(str(name)):
            yield from _states(value, f"{place}.{name}" if place else str(name), depth - 1)


def _tensor(value: Any) -> Tensor | None:
    """Return a tensor, or an array of numpy as one; None for anything else."""
    if torch.is_tensor(value):
        return value
    state = value.state if isinstance(value, Inert) else None
    if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[2], Inert):
        return None
    # As numpy pickles it: version, shape, type, whether columns come first, and the bytes.
    _, shape, kind, fortran, data = state
    code = kind.arguments[0] if kind.arguments else None
    order = kind.state[1] if isinstance(kind.state, tuple) and len(kind.state) > 1 else None
    if code not in ("f2", "f4", "f8") or order not in ("<", "=") or not isinstance(data, bytes):
        return None
    try:
        array = np.frombuffer(data, f"<{code}").reshape(shape, order="F" if fortran else "C")
    except (ValueError, TypeError, OverflowError):
        return None
    return torch.from_numpy(np.array(array, order="C"))


def _module_state(content: Any) -> Mapping[str, Any] | None:
    """Return the attributes of a pickled module that a stand-in has received; None for anything else."""
    state = content.state if isinstance(content, Inert) else vars(content) if type(content) is OrderedDict else None
    return state if isinstance(state, Mapping) and "_parameters" in state else None


def _parameters(module: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a pickled module, as its ``state_dict`` names them."""
    for kind in ("_parameters", "_buffers"):
        own = module.get(kind)
        if isinstance(own, Mapping):
            yield from ((f"{prefix}{name}", value) for name, value in own.items() if torch.is_tensor(value))
    children = module.get("_modules")
    if isinstance(children, Mapping) and depth:
        for name, child in children.items():
            if (state := _module_state(child)) is not None:
                yield from _parameters(state, f"{prefix}{name}.", depth - 1)


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
