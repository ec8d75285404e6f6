"""``explain PROJECT IMAGE --run RUN --out DIR``: predictions and attention of an image, as pictures and arrays."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output, aligned
from msdn_core.domain.variants import SubNets
from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.domain.explanation import Explanation
    from msdn_core.project import Project
    from msdn_core.runs.header import CheckpointHeader
    from msdn_core.vision.transform import BackboneSpec


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "explain",
        parents=[common],
        help="explain an image: predictions, attribute scores and the attention maps of both sub-nets",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument("image", metavar="IMAGE", help="an image of the project (name or id), or any image file")
    parser.add_argument("--run", required=True, metavar="RUN", help="a run's name, or a checkpoint file")
    parser.add_argument(
        "--checkpoint", choices=("best", "last"), default="best", help="the checkpoint (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write to")
    parser.add_argument(
        "--top",
        type=_count,
        default=6,
        metavar="N",
        help="write overlays of the N highest-scoring attributes (default: %(default)s)",
    )
    parser.add_argument(
        "--attribute",
        action="append",
        default=[],
        metavar="NAME",
        help="also write an overlay of this attribute; repeatable",
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help="a local file with the backbone's weights")
    parser.add_argument("--device", default="auto", help="device: auto, cpu, cuda or mps (default: %(default)s)")
    parser.set_defaults(handler=run)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of overlays; give 0 or more")
    return int(text)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Explain an image and write ``A-to-V … .png``, ``V-to-A … .png``, ``attention.npz``, ``explanation.json``.

    Output of absent sub-nets is left out.
    """
    from msdn_core.cli.checkpoints import find_checkpoint
    from msdn_core.domain.wording import incomplete_finding
    from msdn_core.msdn.explainer import Explainer
    from msdn_core.project import Project
    from msdn_core.vision.images import is_incomplete, open_image

    with Project.open(arguments.project, read_only=True) as project:
        image, image_id = _image_file(project, arguments.image)
        table = project.table()
        checkpoint = find_checkpoint(arguments.project, arguments.run, arguments.checkpoint)
        explainer = Explainer(checkpoint, device=arguments.device, weights=arguments.weights)
        if table.classes:
            explainer.header.check_attributes(table)
        else:
            table = explainer.header.table()
        columns = [_column(table, name) for name in arguments.attribute]
        features = None if image.is_file() else _stored_features(project.path, image_id, explainer.spec)
        if features is None:
            explanation = explainer.explain(image)
        else:
            output.note(f"{image} does not exist: it is explained by the project's features, without pictures.")
            explanation = explainer.explain_features(features, (explainer.spec.size, explainer.spec.size))

    if features is None and is_incomplete(open_image(image, max_side=explainer.spec.size)):
        output.note(incomplete_finding([image.name]))
    absent = [sentence for sentence in map(explanation.sub_nets.absence, ("av", "va")) if sentence]
    for sentence in dict.fromkeys(absent):
        output.note(sentence)
    summary = summarise(explanation, explainer.header, table)
    chosen = list(dict.fromkeys([*columns, *(entry["column"] for entry in summary["attributes"][: arguments.top])]))
    header = explainer.header
    result = {
        "image": str(image),
        "run": header.run,
        "checkpoint": str(checkpoint),
        "variant": header.variant,
        "sub_nets": header.sub_nets,
        "selected_on": header.selected_on,
        **summary,
        "made": dict(header.made),
    }
    try:
        pictures = _write(arguments.out, image, explanation, table, chosen, result, _made_by(header))
    except OSError as fault:
        raise MsdnError(
            f"The explanation cannot be written to {arguments.out} ({fault.strerror or fault}); choose another folder "
            "with --out, or free disk space."
        ) from fault
    rows = [
        (entry["class"], "seen" if entry["seen"] else "unseen", f"{entry['score']:.3f}")
        for entry in summary["classes"][:5]
    ]
    output.result(
        {**result, "pictures": pictures, "out": str(arguments.out)},
        f"{aligned(rows)}\n{len(pictures)} pictures, attention.npz and explanation.json in {arguments.out}\n"
        f"variant {header.variant}, sub-nets {header.sub_nets}, checkpoint selected on {header.selected_on}",
    )


def _write(
    folder: Path,
    image: Path,
    explanation: Explanation,
    table: ClassTable,
    columns: list[int],
    result: Mapping[str, Any],
    made_by: str,
) -> list[str]:
    """Write all files of an explanation and return the names of its pictures."""
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    if image.is_file():
        pictures = [picture.name for picture in _write_overlays(folder, image, explanation, table, columns, made_by)]
    names = np.array([attribute.full_name for attribute in table.attributes])
    with (folder / "attention.npz").open("wb") as file:
        np.savez_compressed(file, **_arrays(explanation), attributes=names, made_by=np.array(made_by))
    text = json.dumps({**result, "pictures": pictures}, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "explanation.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return pictures


def summarise(explanation: Explanation, header: CheckpointHeader, table: ClassTable) -> dict[str, Any]:
    """Return classes by descending calibrated score, with the contribution of every attribute, and attributes."""
    from msdn_core.domain.scoring import calibrated, class_scores, contributions, fused_attribute_scores

    scores = fused_attribute_scores(explanation.scores_av, explanation.scores_va, header.fusion)
    unit = table.unit_vectors(clip_negative=header.clip_negative)
    plain = class_scores(scores, unit)
    stacked = calibrated(plain, table.seen, header.gamma)
    names = [attribute.full_name for attribute in table.attributes]
    sub_nets = explanation.sub_nets
    viewed = explanation.viewed
    return {
        "gamma": header.gamma,
        "fusion": {"av": header.fusion.av, "va": header.fusion.va},
        "viewed": {"x": viewed.x, "y": viewed.y, "width": viewed.width, "height": viewed.height},
        "grid": list(explanation.attention_av.shape[1:]),
        "classes": [
            {
                "class": table.classes[row],
                "seen": bool(table.seen[row]),
                "score": float(stacked[row]),
                "score_without_gamma": float(plain[row]),
                "contributions": dict(zip(names, map(float, contributions(scores, unit[row])), strict=True)),
            }
            for row in map(int, (-stacked).argsort(kind="stable"))
        ],
        "attributes": [
            {
                "attribute": names[column],
                "column": column,
                "score": float(scores[column]),
                "score_av": None if sub_nets is SubNets.VA else float(explanation.scores_av[column]),
                "score_va": float(explanation.scores_va[column]) if sub_nets.has_va else None,
            }
            for column in map(int, (-scores).argsort(kind="stable"))
        ],
    }


def _made_by(header: CheckpointHeader) -> str:
    """Return the provenance as one line, for files that leave their folder."""
    return f"MSDN Explorer, run {header.run}, variant {header.variant}, selected on {header.selected_on}"


def _arrays(explanation: Explanation) -> dict[str, Any]:
    """Return scores and maps of the existing sub-nets; the baseline has only scores, in place of attribute→visual."""
    sub_nets = explanation.sub_nets
    arrays: dict[str, Any] = {}
    if sub_nets is not SubNets.VA:
        arrays["scores_av"] = explanation.scores_av
    if sub_nets.has_av:
        arrays["attention_av"] = explanation.attention_av
    if sub_nets.has_va:
        arrays |= {"scores_va": explanation.scores_va, "attention_va": explanation.attention_va}
    return arrays


def _image_file(project: Project, text: str) -> tuple[Path, int | None]:
    """Return an image's file, and its id if the project has it."""
    given = Path(text)
    if given.is_file():
        return given, None
    image = project.find_image(text)
    return image.path, image.id


def _stored_features(project: Path, image_id: int | None, spec: BackboneSpec) -> NDArray[np.floating] | None:
    """Return the (C, R) features that a project has of an image; some data sets come without photographs."""
    from msdn_core.vision.features import find_store

    store = find_store(project, spec)
    return None if store is None or image_id is None or not store.has(image_id) else store.get(image_id)


def _column(table: ClassTable, name: str) -> int:
    from msdn_core.domain.name_matching import match_words
    from msdn_core.domain.wording import named
    from msdn_core.errors import ConfigError

    full_names = [attribute.full_name for attribute in table.attributes]
    matches = match_words([name], full_names)
    if name in matches.matched:
        return matches.matched[name]
    if name.isdecimal() and int(name) < len(full_names):
        return int(name)
    if name in matches.ambiguous:
        fits = named([full_names[column] for column in matches.ambiguous[name]])
        raise ConfigError(f"“{name}” fits several attributes, {fits}; write the whole name.")
    some = ", ".join(full_names[:3])
    raise ConfigError(f"The project has no attribute “{name}”; its names look like {some}.")


def _write_overlays(
    folder: Path, image: Path, explanation: Explanation, table: ClassTable, columns: list[int], made_by: str
) -> list[Path]:
    from PIL.PngImagePlugin import PngInfo

    from msdn_core.vision.images import open_image
    from msdn_core.vision.overlay import overlay
    from msdn_core.vision.transform import viewed_box

    picture = open_image(image)
    # A picture beyond the budget for decoding is opened at a smaller size.
    viewed = viewed_box(*picture.size)
    metadata = PngInfo()
    metadata.add_itxt("Comment", made_by)
    sides = {"av": ("A-to-V", explanation.attention_av), "va": ("V-to-A", explanation.attention_va)}
    written = []
    for name, (side, stack) in sides.items():
        for column in [] if explanation.sub_nets.absence(name) else columns:
            safe = "".join(c if c.isalnum() else "-" for c in table.attributes[column].full_name).strip("-")
            path = folder / f"{side} {column:03} {safe[:80]}.png"
            overlay(picture, stack[column], viewed).save(path, pnginfo=metadata)
            written.append(path)
    return written
