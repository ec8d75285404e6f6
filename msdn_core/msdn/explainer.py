"""Explaining single images by a checkpoint: one pass of backbone and network; everything after it is numpy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from msdn_core.backbones.devices import choose_device
from msdn_core.domain.evidence import attribute_evidence
from msdn_core.domain.explanation import Explanation
from msdn_core.errors import CheckpointError
from msdn_core.msdn.checkpoint import load_network
from msdn_core.msdn.checkpoint_backbone import backbone_spec, load_checkpoint_backbone
from msdn_core.vision.transform import prepare_file, viewed_box

if TYPE_CHECKING:
    from msdn_core.backbones.loading import Backbone


class Explainer:
    """A checkpoint with its backbone, ready to explain images.

    ::

        explainer = Explainer(Path("runs/demo-01/checkpoints/best.safetensors"))
        explanation = explainer.explain(Path("bird.jpg"))
        explanation.scores_av        # (K,)
        explanation.attention_va     # (K, H, W)
        explanation.scores           # (K,): fused, with the part of a global branch if there is one
        explanation.evidence         # (K, H, W): what each fused score takes from each region
        explanation.difference("Gull", "Tern")   # (H, W): why a gull and not a tern, where
    """

    def __init__(
        self, checkpoint: Path | str, *, device: str = "auto", weights: Path | None = None, threads: int | None = None
    ) -> None:
        """Load the network; the backbone is loaded with the first image.

        Parameters
        ----------
        checkpoint
            The checkpoint file.
        device
            ``auto``, ``cpu``, ``cuda`` or ``mps``.
        weights
            The backbone's weights file, if the features of the checkpoint were made with a local one.
        threads
            The processor threads of the whole process; None leaves them as they are.

        Raises
        ------
        CheckpointError
            If the file cannot be read or does not name its backbone.
        ConfigError
            If the device is not available.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        self.device = choose_device(device)
        self.network, self.header = load_network(Path(checkpoint), self.device)
        self.spec = backbone_spec(self.header)
        self._table = self.header.table()
        self._weights = weights
        self._backbone: Backbone | None = None

    def load_backbone(self) -> Backbone:
        """Return the frozen backbone; the first call loads it.

        Raises WeightsError if its weights cannot be loaded, and CheckpointError if they are not those that the
        checkpoint was trained with.
        """
        if self._backbone is None:
            self._backbone = load_checkpoint_backbone(self.header, self.device, self._weights)
        return self._backbone

    def explain(self, image: Path | str) -> Explanation:
        """Return the explanation of an image file: scores (K,), attention and evidence (K, H, W).

        Raises ImageError if the file cannot be opened.
        """
        pixels, size = prepare_file(Path(image), self.spec)
        features = self.load_backbone().features(torch.from_numpy(pixels)[None])[0]
        return self._explain(features, size)

    def explain_features(self, features: np.ndarray, image_size: tuple[int, int]) -> Explanation:
        """Return the explanation of stored (C, R) features, each region of length 1 over C.

        ``image_size`` is the width and height of the image in pixels.
        """
        return self._explain(torch.from_numpy(np.asarray(features, dtype=np.float32)).to(self.device), image_size)

    def _explain(self, features: torch.Tensor, image_size: tuple[int, int]) -> Explanation:
        if features.shape[0] != self.network.channels:
            raise CheckpointError(
                f"Checkpoint “{self.header.run}” takes features of {self.network.channels} channels, but these have "
                f"{features.shape[0]}; choose a checkpoint that was trained with this backbone."
            )
        with torch.inference_mode():
            outputs = self.network.regions(features[None].float())
            scores_pooled = self.network.pooled_scores(features[None].float())[0].cpu().numpy()
        attention_av, regions_av, attention_va, regions_va = (value[0].float().cpu().numpy() for value in outputs)
        evidence_av, evidence_va = attribute_evidence(attention_av, regions_av, regions_va, self.header.cosine_scale)
        maps = (-1, *self.spec.grid)
        # The scores are summed here and not by the network, so that they are the sums of the maps to the last digit.
        return Explanation(
            scores_av=evidence_av.sum(axis=1, dtype=np.float64).astype(np.float32),
            scores_va=evidence_va.sum(axis=1, dtype=np.float64).astype(np.float32),
            scores_pooled=scores_pooled,
            attention_av=attention_av.reshape(maps),
            attention_va=attention_va.reshape(maps),
            evidence_av=evidence_av.reshape(maps),
            evidence_va=evidence_va.reshape(maps),
            viewed=viewed_box(*image_size),
            image_size=image_size,
            fusion=self.header.fusion,
            sub_nets=self.network.sub_nets,
            table=self._table,
            clip_negative=self.header.clip_negative,
        )
