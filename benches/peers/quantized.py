#!/usr/bin/env python3
"""What fewer bits would cost a Piper voice's decoder: its noise beside single precision, in dB.

    pip install numpy onnx onnxruntime piper-tts
    benches/peers/quantized.py MODEL.onnx [--ids FILE] [--noise] [--calibrate 2]

The voice is computed once as it is, up to the latent that its decoder reads. From there on every convolution
gets weights and signals that are rounded onto the grid of a format, and adds up in single precision: what
`vpdpbusd` (u8 signals, s8 weights, whole sums) gives but for the last bits of a number, and more than sums in
half precision give. What is between convolutions stays single, as in our engine. Ratios are over all samples
of all utterances, and the worst utterance's: 10 log10(Σ s² / Σ (s - q)²).

Lines of phoneme ids are spoken (--ids, one utterance a line), or sentences in the voice's language, English
or Vietnamese. The first utterances (--calibrate) only tell what a format must know of signals beforehand and
which convolutions a mix takes; the others are measured. --noise speaks with the noise of the voice's config.

Signals of 8 bits are symmetric (s8) or have a zero point (u8), which a bias makes up for. Their scale is that
of the utterance ("tensor"), of a channel, of other utterances ("calibrated"), or of a window of 192 frames and
of what a convolution hears beside them, which is how our engine cuts signals. A scale of each channel cannot
be with whole sums unless weights take it over ("equalized": channels are divided by max|x|^a / max|w|^(1-a),
weights multiplied by it; peaks of x are calibrated). A group is so many input channels with scales of their
own, for signals and weights, and a conversion after each. "Compensated" weights are rounded one after another,
and those that come make up for what the ones before did to the sums (GPTQ, Frantar et al. 2022); those of
upsamplings are not.

A mix has 8 bits in some convolutions and single precision in the others: the most products that reach 36.5 dB
where it is calibrated, since others reach less. Its time is what peaks of the instructions allow, of all in
single precision.

Random weights (tests/tools/piper_voice.py) show too little: their signals have low peaks, and 8 bits cost 12 dB less.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession, SessionOptions

sys.dont_write_bytecode = True
from voice import SENTENCES, phoneme_ids

ENGLISH = """\
The river rose in the night, and by morning the lower road was under water.
Seven hundred people asked how much the new bridge would cost, and nobody knew.
A farmer near the coast showed us his empty barn, and then he laughed.
Which of these measures helps, and whom?
She had measured the same valley four times, in four different summers.
On Thursday the council votes; until then, the ferry is free of charge for pupils.
"""
# What a mix must reach where it is calibrated, in dB.
ENOUGH = 36.5
# Products a second of one core, in thousands of millions: fp32, vpdpbusd (Sapphire Rapids, no other work).
SINGLE, EIGHT_BITS = 89.4, 383.0
WINDOW = 192
# Frames that moments are taken of.
SAMPLED = 6000
# More channels than there are.
ALL = 1 << 16


@dataclass
class Conv:
    """A convolution of the decoder."""

    name: str
    # [outputs][inputs][taps], also of a transposed one.
    weight: np.ndarray
    transposed: bool
    stage: int
    # For a frame of the latent.
    products: int
    dilation: int
    # Frames that it hears on each side of one.
    reach: int
    # The least and the most of every input channel where the decoder was calibrated, [channels][1].
    low: np.ndarray = field(default_factory=lambda: np.zeros(()))
    high: np.ndarray = field(default_factory=lambda: np.zeros(()))
    # What the inputs under the taps were multiplied by each other there, [channels * taps] of both.
    moments: np.ndarray = field(default_factory=lambda: np.zeros(()))
    # By the channels of a group.
    compensated: dict[int, np.ndarray] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        if self.transposed:
            return "upsampling"
        return {"dec.conv_pre.weight": "first", "dec.conv_post.weight": "last"}.get(self.name, "residual")


# From a convolution, its input [channels][frames] and its weights to both, rounded.
Rounding = Callable[[Conv, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def session(model: onnx.ModelProto) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


class Decoder:
    """A voice's decoder, computed node by node."""

    def __init__(self, model: onnx.ModelProto):
        graph = model.graph
        self.model, self.output = model, graph.output[0].name
        values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        self.latent = next(node.input[0] for node in graph.node if "dec.conv_pre.weight" in node.input)
        needed, nodes = {self.output}, []
        for node in reversed(graph.node):
            if needed.isdisjoint(node.output) or self.latent in node.output:
                continue
            needed.update(node.input)
            if node.op_type == "Constant":
                values[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
            else:
                nodes.insert(0, node)
        self.values = {name: value for name, value in values.items() if name in needed}
        self.steps = [(node, session(self.alone(node))) for node in nodes]
        self.convs = self.find_convs(nodes)

    def alone(self, node: onnx.NodeProto) -> onnx.ModelProto:
        """A model of one node, which is given its weights."""
        kinds = {name: helper.np_dtype_to_tensor_dtype(value.dtype) for name, value in self.values.items()}
        inputs = [
            helper.make_tensor_value_info(name, kinds.get(name, TensorProto.FLOAT), None)
            for name in dict.fromkeys(node.input)
        ]
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in node.output]
        graph = helper.make_graph([node], "alone", inputs, outputs)
        return helper.make_model(graph, opset_imports=self.model.opset_import, ir_version=self.model.ir_version)

    def find_convs(self, nodes: list[onnx.NodeProto]) -> dict[str, Conv]:
        convs, stage, frames = {}, 0, 1
        for node in nodes:
            if not node.op_type.startswith("Conv"):
                continue
            numbers = {attribute.name: list(attribute.ints) for attribute in node.attribute}
            weight, transposed = self.values[node.input[1]], node.op_type == "ConvTranspose"
            products, stride = weight.size * frames, numbers["strides"][0]
            if transposed:
                weight, stage, frames = weight.swapaxes(0, 1), stage + 1, frames * stride
            dilation = numbers["dilations"][0]
            reach = -(-dilation * (weight.shape[2] - 1) // (2 * stride))
            convs[node.output[0]] = Conv(node.input[1], weight, transposed, stage, products, dilation, reach)
        return convs

    def speak(self, ids: list[int], scales: list[float]) -> tuple[np.ndarray, np.ndarray]:
        """The latent and the samples of the whole voice."""
        if not hasattr(self, "whole"):
            model = onnx.ModelProto()
            model.CopyFrom(self.model)
            model.graph.output.append(helper.make_tensor_value_info(self.latent, TensorProto.FLOAT, None))
            self.whole = session(model)
        inputs = {"input": np.array([ids]), "input_lengths": np.array([len(ids)])}
        inputs["scales"] = np.array(scales, np.float32)
        latent, samples = self.whole.run([self.latent, self.output], inputs)
        return latent, samples.ravel()

    def decode(self, latent: np.ndarray, rounding: Rounding) -> np.ndarray:
        values = {**self.values, self.latent: latent}
        for node, alone in self.steps:
            given = {name: values[name] for name in node.input}
            if conv := self.convs.get(node.output[0]):
                x, weight = rounding(conv, given[node.input[0]][0], conv.weight)
                weight = weight.swapaxes(0, 1) if conv.transposed else weight
                given[node.input[0]] = np.ascontiguousarray(x[None], np.float32)
                given[node.input[1]] = np.ascontiguousarray(weight, np.float32)
            values[node.output[0]] = alone.run(None, given)[0]
        return values[self.output].ravel()


def calibrate(decoder: Decoder, latents: list[np.ndarray]) -> None:
    """Notes how large the signals before convolutions are, and how alike."""

    def note(conv: Conv, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        conv.low = np.minimum(conv.low, x.min(1, keepdims=True))
        conv.high = np.maximum(conv.high, x.max(1, keepdims=True))
        if not conv.transposed:
            conv.moments = conv.moments + moments(conv, x)
        return x, weight

    for latent in latents:
        decoder.decode(latent, note)


def moments(conv: Conv, x: np.ndarray) -> np.ndarray:
    taps = conv.weight.shape[2]
    frames = np.random.default_rng(0).choice(x.shape[1], min(x.shape[1], SAMPLED), replace=False)
    padded = np.pad(x, ((0, 0), (conv.reach, conv.reach)))
    heard = np.stack([padded[:, frames + tap * conv.dilation] for tap in range(taps)], 1)
    heard = heard.reshape(-1, len(frames))
    return (heard @ heard.T).astype(np.float64)


def same(x: np.ndarray, *_) -> np.ndarray:
    return x


def bf16(x: np.ndarray, *_) -> np.ndarray:
    bits = np.ascontiguousarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)


def fp16(x: np.ndarray, *_) -> np.ndarray:
    return x.astype(np.float16).astype(np.float32)


def symmetric(x: np.ndarray, axes: tuple | None, part: float = 1.0) -> np.ndarray:
    """s8. `part` of the largest magnitude along the axes is the grid's end."""
    scale = np.maximum(np.abs(x).max(axes, keepdims=True) * part / 127, 1e-30)
    return np.clip(np.rint(x / scale), -127, 127) * scale


def with_zero(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """u8 with a zero point."""
    scale = np.maximum((np.maximum(high, 0) - np.minimum(low, 0)) / 255, 1e-30)
    zero = np.rint(-np.minimum(low, 0) / scale)
    return (np.clip(np.rint(x / scale) + zero, 0, 255) - zero) * scale


def asymmetric(x: np.ndarray, axes: tuple | None, part: float = 1.0) -> np.ndarray:
    return with_zero(x, part * x.min(axes, keepdims=True), part * x.max(axes, keepdims=True))


def of_least_error(x: np.ndarray, axes: tuple, rounded: Callable) -> np.ndarray:
    """Rounded with the part of the range, along the axes, that gives the least error."""
    best, least = x, np.inf
    for part in np.arange(1.0, 0.4, -0.05):
        tried = rounded(x, axes, part)
        error = np.square(tried - x).sum(axes, keepdims=True)
        best, least = np.where(error < least, tried, best), np.minimum(error, least)
    return best


def grouped(x: np.ndarray, channels: int, low: np.ndarray | None = None, high: np.ndarray | None = None) -> np.ndarray:
    """u8 by groups of channels, with the range that is given for each channel, or that of the signal."""
    groups = len(x) // channels if len(x) > channels else 1
    low, high = x if low is None else low, x if high is None else high
    ends = low.reshape(groups, -1).min(1, keepdims=True), high.reshape(groups, -1).max(1, keepdims=True)
    return with_zero(x.reshape(groups, -1), *ends).reshape(x.shape)


def windowed(x: np.ndarray, reach: int, rounded: Callable) -> np.ndarray:
    """By windows. A frame that two windows hear has the scale of its own one, in place of two."""
    windows = []
    for begin in range(0, x.shape[1], WINDOW):
        before = max(begin - reach, 0)
        window = rounded(x[:, before : begin + WINDOW + reach])
        windows.append(window[:, begin - before :][:, :WINDOW])
    return np.concatenate(windows, 1)


def weights_by_row(weight: np.ndarray, channels: int = ALL) -> np.ndarray:
    """s8, with a scale of every output channel, or of every group of its inputs."""
    outputs, inputs, _ = weight.shape
    groups = inputs // channels if inputs > channels else 1
    return symmetric(weight.reshape(outputs, groups, -1), (2,)).reshape(weight.shape)


def separate(signals: Callable, weights: Callable) -> Rounding:
    return lambda conv, x, weight: (signals(x, conv), weights(weight))


def compensated(conv: Conv, scale: np.ndarray, channels: int) -> np.ndarray:
    """Equalized weights by row, rounded one after another: for what it does to sums, those that come make up."""
    outputs, inputs, taps = conv.weight.shape
    groups = inputs // channels if inputs > channels else 1
    rest = (conv.weight * scale).reshape(outputs, -1).astype(np.float64)
    steps = np.abs(rest.reshape(outputs, groups, -1)).max(2) / 127
    steps = np.maximum(np.repeat(steps, inputs * taps // groups, 1), 1e-30)
    by = np.repeat(1 / scale.ravel().astype(np.float64), taps)
    alike = conv.moments * by[:, None] * by
    alike += np.eye(len(by)) * 0.005 * np.trace(alike) / len(by)
    factor = np.linalg.cholesky(np.linalg.inv(alike)).T
    weight = np.zeros_like(rest)
    for i in range(len(by)):
        weight[:, i] = np.clip(np.rint(rest[:, i] / steps[:, i]), -127, 127) * steps[:, i]
        rest[:, i + 1 :] -= np.outer((rest[:, i] - weight[:, i]) / factor[i, i], factor[i, i + 1 :])
    return weight.reshape(conv.weight.shape).astype(np.float32)


def equalized(share: float, by: str, channels: int = ALL, compensate: bool = False) -> Rounding:
    def rounding(conv: Conv, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        peaks = np.maximum(-conv.low, conv.high)
        peaks = np.maximum(peaks, 1e-6 * peaks.max())
        scale = peaks**share / np.maximum(np.abs(weight).max((0, 2))[:, None], 1e-9) ** (1 - share)
        scale = (scale / np.exp(np.log(scale).mean())).astype(np.float32)
        ranges = (conv.low / scale, conv.high / scale) if by == "calibrated" else ()
        if by == "window":
            x = windowed(x / scale, conv.reach, lambda x: grouped(x, channels))
        else:
            x = grouped(x / scale, channels, *ranges)
        if not compensate or conv.transposed:
            return x * scale, weights_by_row(weight * scale, channels) / scale
        if channels not in conv.compensated:
            conv.compensated[channels] = compensated(conv, scale, channels) / scale
        return x * scale, conv.compensated[channels]

    return rounding


def symmetric_tensor(x: np.ndarray, _: Conv) -> np.ndarray:
    return symmetric(x, None)


def tensor(x: np.ndarray, _: Conv) -> np.ndarray:
    return asymmetric(x, None)


def tensor_of_least_error(x: np.ndarray, _: Conv) -> np.ndarray:
    return of_least_error(x, (0, 1), asymmetric)


def tensor_calibrated(x: np.ndarray, conv: Conv) -> np.ndarray:
    return grouped(x, ALL, conv.low, conv.high)


def channel(x: np.ndarray, _: Conv) -> np.ndarray:
    return asymmetric(x, (1,))


def window(x: np.ndarray, conv: Conv) -> np.ndarray:
    return windowed(x, conv.reach, lambda x: asymmetric(x, None))


def weights_of_least_error(weight: np.ndarray) -> np.ndarray:
    return of_least_error(weight, (1, 2), symmetric)


def weights_by_16(weight: np.ndarray) -> np.ndarray:
    return weights_by_row(weight, 16)


# Each with whether vpdpbusd can add up such weights or signals.
FORMATS: dict[str, tuple[str, Rounding]] = {
    "fp16 weights": ("", separate(same, fp16)),
    "fp16 weights and signals": ("", separate(fp16, fp16)),
    "bf16 weights": ("", separate(same, bf16)),
    "bf16 signals": ("", separate(bf16, same)),
    "bf16 weights and signals": ("", separate(bf16, bf16)),
    "s8 weights": ("yes", separate(same, weights_by_row)),
    "s8 weights of least error": ("yes", separate(same, weights_of_least_error)),
    "s8 weights, groups of 16": ("yes", separate(same, weights_by_16)),
    "s8 signals, tensor": ("yes", separate(symmetric_tensor, same)),
    "u8 signals, tensor": ("yes", separate(tensor, same)),
    "u8 signals, tensor, of least error": ("yes", separate(tensor_of_least_error, same)),
    "u8 signals, channel": ("no", separate(channel, same)),
    "u8 signals, window": ("yes", separate(window, same)),
    "s8 weights, s8 signals, tensor": ("yes", separate(symmetric_tensor, weights_by_row)),
    "s8 weights, u8 signals, tensor": ("yes", separate(tensor, weights_by_row)),
    "s8 weights, u8 signals, calibrated": ("yes", separate(tensor_calibrated, weights_by_row)),
    "equalized 1.0, tensor": ("yes", equalized(1.0, "tensor")),
    "equalized 0.7, tensor": ("yes", equalized(0.7, "tensor")),
    "equalized 0.5, tensor": ("yes", equalized(0.5, "tensor")),
    "equalized 0.7, calibrated": ("yes", equalized(0.7, "calibrated")),
    "equalized 0.7, window": ("yes", equalized(0.7, "window")),
    "equalized 0.7, window, groups of 32": ("yes", equalized(0.7, "window", 32)),
    "equalized 0.7, window, groups of 16": ("yes", equalized(0.7, "window", 16)),
    "the same, compensated": ("yes", equalized(0.7, "window", 16, compensate=True)),
}
# What stages and mixes are tried with.
SCHEMES = {
    "tensor": separate(tensor, weights_by_row),
    "equalized, window": equalized(0.7, "window"),
    "compensated": equalized(0.7, "window", compensate=True),
    "groups of 32, compensated": equalized(0.7, "window", 32, compensate=True),
    "groups of 16, compensated": equalized(0.7, "window", 16, compensate=True),
}


def only(names: set[str], rounding: Rounding) -> Rounding:
    return lambda conv, x, weight: rounding(conv, x, weight) if conv.name in names else (x, weight)


@dataclass
class Utterances:
    decoder: Decoder
    # Latents and samples.
    sounds: list[tuple[np.ndarray, np.ndarray]]

    def ratios(self, rounding: Rounding) -> tuple[float, float]:
        """Signal to noise in dB: of all together, and of the worst."""
        powers = []
        for latent, samples in self.sounds:
            samples = samples.astype(np.float64)
            noise = samples - self.decoder.decode(latent, rounding)
            powers.append((np.square(samples).sum(), max(np.square(noise).sum(), 1e-30)))
        together = np.sum(powers, 0)
        return 10 * np.log10(together[0] / together[1]), min(10 * np.log10(s / n) for s, n in powers)


def print_formats(spoken: Utterances) -> None:
    print(f"| {'format of all convolutions':38} | vpdpbusd | dB   | worst |\n|---|---|---|---|")
    for name, (can, rounding) in FORMATS.items():
        together, worst = spoken.ratios(rounding)
        print(f"| {name:38} | {can:8} | {together:4.1f} | {worst:5.1f} |", flush=True)


def print_parts(spoken: Utterances) -> None:
    convs = list(spoken.decoder.convs.values())
    parts = {kind: [conv for conv in convs if conv.kind == kind] for kind in dict.fromkeys(conv.kind for conv in convs)}
    for stage in range(1, convs[-1].stage + 1):
        kinds = [conv for conv in convs if conv.stage == stage and conv.kind != "last"]
        parts[f"stage {stage}"] = kinds
        parts[f"stage {stage}, residual"] = [conv for conv in kinds if conv.kind == "residual"]
    print(f"\n| 8 bits in | products | {' | '.join(SCHEMES)} |\n|{'---|' * (len(SCHEMES) + 2)}")
    for name, part in parts.items():
        names, share = {conv.name for conv in part}, products(part) / products(convs)
        ratios = [f"{spoken.ratios(only(names, rounding))[0]:.1f}" for rounding in SCHEMES.values()]
        print(f"| {name} | {share:.1%} | {' | '.join(ratios)} |", flush=True)


def products(convs: list[Conv]) -> int:
    return sum(conv.products for conv in convs)


def mix(calibrated: Utterances, rounding: Rounding) -> list[Conv]:
    """The convolutions that together reach ENOUGH, those first that are least noisy for their work."""
    convs = list(calibrated.decoder.convs.values())
    noise = {conv.name: 10 ** (-calibrated.ratios(only({conv.name}, rounding))[0] / 10) for conv in convs}
    chosen, sum_of_noise = [], 0.0
    for conv in sorted(convs, key=lambda conv: noise[conv.name] / conv.products):
        if sum_of_noise + noise[conv.name] <= 10 ** (-ENOUGH / 10):
            chosen.append(conv)
            sum_of_noise += noise[conv.name]
    # Noises that come from the same signal add up to more.
    while chosen and calibrated.ratios(only({conv.name for conv in chosen}, rounding))[0] < ENOUGH:
        chosen.pop()
    return chosen


def print_mixes(calibrated: Utterances, spoken: Utterances) -> None:
    print("\n| mix | products | calibrated | dB | worst | time | single precision in |")
    print(f"|{'---|' * 7}")
    convs = list(spoken.decoder.convs.values())
    for name, rounding in SCHEMES.items():
        chosen = mix(calibrated, rounding)
        names, share = {conv.name for conv in chosen}, products(chosen) / products(convs)
        before, _ = calibrated.ratios(only(names, rounding))
        together, worst = spoken.ratios(only(names, rounding))
        time = 1 - share + share * SINGLE / EIGHT_BITS
        single = [conv.name.removeprefix("dec.").removesuffix(".weight") for conv in convs if conv.name not in names]
        figures = f"{share:.1%} | {before:.1f} | {together:.1f} | {worst:.1f} | at least {time:.2f}"
        print(f"| {name} | {figures} | {', '.join(single)} |", flush=True)


def sentences(config: dict) -> list[list[int]]:
    from piper.phonemize_espeak import EspeakPhonemizer

    language = config["espeak"]["voice"]
    text = {"en": ENGLISH, "vi": SENTENCES}.get(language[:2]) or sys.exit(f"no sentences in {language}: --ids")
    phonemizer = EspeakPhonemizer()
    spoken = [phonemizer.phonemize(language, line) for line in text.splitlines()[:6]]
    return [phoneme_ids(config, "".join(sum(line, []))) for line in spoken]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--ids", type=Path)
    parser.add_argument("--noise", action="store_true")
    parser.add_argument("--calibrate", type=int, default=2)
    options = parser.parse_args()
    config = json.loads(Path(f"{options.model}.json").read_text(encoding="utf-8"))
    if config.get("num_speakers", 1) > 1:
        sys.exit("voices of one speaker only")
    if options.ids:
        lines = [[int(id) for id in line.split()] for line in options.ids.read_text().splitlines() if line.strip()]
    else:
        lines = sentences(config)
    if not 0 < options.calibrate < len(lines):
        sys.exit(f"{len(lines)} utterances, {options.calibrate} of them to calibrate by")
    noise = config["inference"] if options.noise else {"noise_scale": 0.0, "noise_w": 0.0}

    decoder = Decoder(onnx.load(options.model))
    sounds = [decoder.speak(ids, [noise["noise_scale"], 1.0, noise["noise_w"]]) for ids in lines]
    calibrated = Utterances(decoder, sounds[: options.calibrate])
    spoken = Utterances(decoder, sounds[options.calibrate :])
    calibrate(decoder, [latent for latent, _ in calibrated.sounds])
    apart = max(np.abs(decoder.decode(latent, lambda _, x, w: (x, w)) - samples).max() for latent, samples in sounds)
    seconds = sum(len(samples) for _, samples in spoken.sounds) / config["audio"]["sample_rate"]
    print(f"{len(spoken.sounds)} utterances, {seconds:.1f} s; node by node beside the whole voice: {apart:.1e} apart\n")
    print_formats(spoken)
    print_parts(spoken)
    print_mixes(calibrated, spoken)


if __name__ == "__main__":
    main()
