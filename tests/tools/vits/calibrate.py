"""Random weights speak at a random pace and loudness; this gives them those of a real voice.

What is found is rounded, so that the same seed makes the same bytes whatever library multiplies matrices.
"""

import numpy as np
from onnx.reference import ReferenceEvaluator

from .decoder import RMS
from .durations import FLOWS
from .voice import Voice

# 13.1 ids a syllable, 4.5 syllables a second, 86.13 frames a second.
FRAMES_PER_ID = 1.46
# Of the logarithm of durations, without noise.
DURATION_STD = 0.5
# As many as are decoded to measure the loudness.
IDS_DECODED = 24


def calibrate(voice: Voice, ids: np.ndarray) -> None:
    """Changes weights: the biases of the splines, the last step of the durations, and the last layer. ids [1, N]."""
    centre_splines(voice, ids)
    set_pace(voice, ids)
    set_loudness(voice, ids[:, :IDS_DECODED])


def centre_splines(voice: Voice, ids: np.ndarray) -> None:
    """Over all ids the splines are straight lines, so that durations do not gather at a tail."""
    for flow in FLOWS:
        name = f"dp.flows.{flow}.proj"
        bends = value(voice, voice.graph.probes[name], ids)
        voice.graph.weights[f"{name}.bias"] -= bends.mean(axis=(0, 2)).round(3)


def set_pace(voice: Voice, ids: np.ndarray) -> None:
    logs = value(voice, voice.graph.probes["dp"], ids).astype(np.float64)
    scale = DURATION_STD / logs.std()
    low, high = -10.0, 10.0
    while high - low > 1e-6:
        shift = (low + high) / 2
        frames = np.ceil(np.exp(logs * scale + shift)).mean()
        low, high = (shift, high) if frames < FRAMES_PER_ID else (low, shift)
    voice.graph.weights["dp.flows.0.m"][0] = round(-low / scale, 3)
    voice.graph.weights["dp.flows.0.logs"][0] = round(-np.log(scale), 3)


def set_loudness(voice: Voice, ids: np.ndarray) -> None:
    rms = np.sqrt(np.square(value(voice, "output", ids)).mean())
    voice.graph.weights["dec.conv_post.weight"] *= np.float32(round(RMS / rms, 2))


def value(voice: Voice, name: str, ids: np.ndarray) -> np.ndarray:
    """What the model computes for a value, without noise."""
    inputs = {"input": ids, "input_lengths": np.array([ids.shape[1]]), "scales": np.array([0, 1, 0], np.float32)}
    if voice.speakers > 1:
        inputs["sid"] = np.array([0])
    return ReferenceEvaluator(voice.model(name, None)).run(None, inputs)[0]
