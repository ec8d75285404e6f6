"""``explain PROJECT IMAGE --run RUN --out DIR``: predictions, attention and evidence, as pictures and arrays."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msdn_core.cli.output import Output, aligned
from msdn_core.domain.evidence import MapKind
from msdn_core.domain.variants import SubNets
from msdn_core.errors import ConfigError, MsdnError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from msdn_core.cli.explained_maps import ExplainedMap
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
        help="explain an image: predictions, attribute scores, and maps of attention or evidence",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument("image", metavar="IMAGE", help="an image of the project (name or id), or any image file")
    parser.add_argument("--run", required=True, metavar="RUN", help="a run's name, or a checkpoint file")
    parser.add_argument(
        "--checkpoint", choices=("best", "last"), default="best", help="the checkpoint (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write to")
    parser.add_argument(
        "--show",
        choices=[kind.value for kind in MapKind],
        default=MapKind.ATTENTION.value,
        help="what the pictures show: attention (where a sub-net looks), evidence (what an attribute score takes from "
        "each region), class (what a class score takes), difference (what the lead of a class over another one takes); "
        "default: %(default)s",
    )
    parser.add_argument(
        "--class",
        dest="class_name",
        metavar="NAME",
        help="the class of --show class or difference (default: the predicted one)",
    )
    parser.add_argument(
        "--other",
        metavar="NAME",
        help="the other class of --show difference (default: the best one besides --class)",
    )
    parser.add_argument(
        "--top",
        type=_count,
        default=6,
        metavar="N",
        help="write maps of the N highest-scoring attributes (default: %(default)s)",
    )
    parser.add_argument(
        "--attribute",
        action="append",
        default=[],
        metavar="NAME",
        help="also write maps of this attribute; repeatable",
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help="a local file with the backbone's weights")
    parser.add_argument("--device", default="auto", help="device: auto, cpu, cuda or mps (default: %(default)s)")
    parser.set_defaults(handler=run)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of overlays; give 0 or more")
    return int(text)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Explain an image and write pictures, ``attention.npz`` with all arrays, and ``explanation.json``.

    Pictures are ``A-to-V … .png``, ``V-to-A … .png`` and, of evidence, ``fused … .png``. Output of absent sub-nets is
    left out.
    """
    from msdn_core.cli.checkpoints import find_checkpoint
    from msdn_core.cli.explained_maps import attribute_maps, class_maps, two_classes
    from msdn_core.domain.wording import incomplete_finding
    from msdn_core.msdn.explainer import Explainer
    from msdn_core.project import Project
    from msdn_core.runs.trained_on import taught_text
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
        attributes = [attribute.full_name for attribute in table.attributes]
        columns = [_row_of(name, attributes, "attribute") for name in arguments.attribute]
        kind = MapKind(arguments.show)
        rows = _class_rows(arguments, kind, table)
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
    if kind.is_of_class:
        row, other = two_classes(explanation, table, header.gamma, *rows)
        maps = class_maps(explanation, table, kind, row, other if kind is MapKind.DIFFERENCE else None)
    else:
        maps = attribute_maps(explanation, table, kind, chosen)
    result = {
        "image": str(image),
        "run": header.run,
        "checkpoint": str(checkpoint),
        "variant": header.variant,
        "sub_nets": header.sub_nets,
        "selected_on": header.selected_on,
        "show": kind.value,
        **summary,
        "made": dict(header.made),
    }
    try:
        result = _write(arguments.out, image, explanation, table, maps, result, _made_by(header))
    except OSError as fault:
        raise MsdnError(
            f"The explanation cannot be written to {arguments.out} ({fault.strerror or fault}); choose another folder "
            "with --out, or free disk space."
        ) from fault
    ranks = [
        (entry["class"], "seen" if entry["seen"] else "unseen", f"{entry['score']:.3f}")
        for entry in summary["classes"][:5]
    ]
    sums = [_sum_line(shown) for shown in maps if kind.is_of_class]
    taught = taught_text(header.made)
    output.result(
        {**result, "out": str(arguments.out)},
        f"{aligned(ranks)}\n{''.join(sums)}"
        f"{len(result['pictures'])} pictures, attention.npz and explanation.json in {arguments.out}\n"
        f"variant {header.variant}, sub-nets {header.sub_nets}, checkpoint selected on {header.selected_on}"
        f"{f', {taught}' if taught else ''}",
    )


def _write(
    folder: Path,
    image: Path,
    explanation: Explanation,
    table: ClassTable,
    maps: Sequence[ExplainedMap],
    result: Mapping[str, Any],
    made_by: str,
) -> dict[str, Any]:
    """Write all files of an explanation and return the result with the maps and their pictures."""
    import numpy as np

    from msdn_core.cli.explained_maps import map_arrays
    from msdn_core.vision.images import open_image

    folder.mkdir(parents=True, exist_ok=True)
    picture = open_image(image) if image.is_file() else None
    pictures = [] if picture is None else [shown.save(folder, picture, made_by) for shown in maps]
    names = np.array([attribute.full_name for attribute in table.attributes])
    with (folder / "attention.npz").open("wb") as file:
        np.savez_compressed(file, **map_arrays(explanation, maps), attributes=names, made_by=np.array(made_by))
    shown_in: Sequence[str | None] = pictures or [None] * len(maps)
    facts = [{**shown.facts(), "picture": name} for shown, name in zip(maps, shown_in, strict=True)]
    whole = {**result, "maps": facts, "pictures": pictures}
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "explanation.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return whole


def _sum_line(shown: ExplainedMap) -> str:
    pooled = "" if shown.pooled is None else f", and {shown.pooled:.3f} from the global branch"
    return f"Sum of {shown.stem}: {shown.facts()['sum']:.3f}{pooled}\n"


def summarise(explanation: Explanation, header: CheckpointHeader, table: ClassTable) -> dict[str, Any]:
    """Return classes by descending calibrated score, with the contribution of every attribute, and attributes."""
    from msdn_core.domain.scoring import calibrated, class_scores, contributions

    scores = explanation.scores
    unit = table.unit_vectors(clip_negative=header.clip_negative)
    plain = class_scores(scores, unit)
    stacked = calibrated(plain, table.seen, header.gamma)
    names = [attribute.full_name for attribute in table.attributes]
    sub_nets = explanation.sub_nets
    viewed = explanation.viewed
    return {
        "gamma": header.gamma,
        "fusion": asdict(header.fusion),
        "viewed": {"x": viewed.x, "y": viewed.y, "width": viewed.width, "height": viewed.height},
        "grid": list(explanation.attention_av.shape[1:]),
        "classes": [
            {
                "class": table.classes[row],
                "seen": bool(table.seen[row]),
                "score": float(stacked[row]),
                "score_without_gamma": float(plain[row]),
                # What the global branch adds to it: no map has this part.
                **({"pooled": float(unit[row] @ explanation.pooled)} if header.fusion.pooled else {}),
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
                **({"score_pooled": float(explanation.scores_pooled[column])} if header.fusion.pooled else {}),
            }
            for column in map(int, (-scores).argsort(kind="stable"))
        ],
    }


def _made_by(header: CheckpointHeader) -> str:
    """Return the provenance as one line, for files that leave their folder."""
    return f"MSDN Explorer, run {header.run}, variant {header.variant}, selected on {header.selected_on}"


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


def _class_rows(arguments: argparse.Namespace, kind: MapKind, table: ClassTable) -> tuple[int | None, int | None]:
    """Return the rows of ``--class`` and ``--other``, None if they are not given."""
    if arguments.class_name is not None and not kind.is_of_class:
        raise ConfigError("--class belongs to --show class or --show difference; give one of them.")
    if arguments.other is not None and kind is not MapKind.DIFFERENCE:
        raise ConfigError("--other belongs to --show difference; give that, too.")
    if kind.is_of_class and len(table.classes) < (2 if kind is MapKind.DIFFERENCE else 1):
        raise ConfigError(f"--show {kind} needs more classes than the project has; add classes, or show evidence.")
    row, other = (
        None if name is None else _row_of(name, table.classes, "class")
        for name in (arguments.class_name, arguments.other)
    )
    if row is not None and row == other:
        raise ConfigError(f"--class and --other are both “{table.classes[row]}”; give two classes.")
    return row, other


def _row_of(name: str, known: Sequence[str], kind: str) -> int:
    """Return the place of a name, or of its number, among known names of attributes or classes."""
    from msdn_core.domain.name_matching import match_words
    from msdn_core.domain.wording import named

    matches = match_words([name], known)
    if name in matches.matched:
        return matches.matched[name]
    if name.isdecimal() and int(name) < len(known):
        return int(name)
    if name in matches.ambiguous:
        fits = named([known[place] for place in matches.ambiguous[name]])
        several = "attributes" if kind == "attribute" else "classes"
        raise ConfigError(f"“{name}” fits several {several}, {fits}; write the whole name.")
    raise ConfigError(f"The project has no {kind} “{name}”; its names look like {', '.join(known[:3])}.")
