#!/usr/bin/env python3
"""Makes the tiny voices: models with a Piper voice's inputs and outputs, in a few kilobytes.

    tests/tools/tiny_voice.py                       writes tests/data/voice-tiny
    tests/tools/tiny_voice.py --speakers 2          writes tests/data/voice-tiny-speakers
    tests/tools/tiny_voice.py --out FOLDER          writes there instead

Python's standard library only; the same bytes on every run. What the tiny voice says can be foretold:

- every id lasts `ceil(frames[id] * length_scale)` frames of 256 samples; ids from `input_lengths` on
  are not spoken;
- `_ ^ $`, the space and punctuation are silent; every other id is a sine of amplitude 0.3 with a whole
  number of cycles in a frame, so a different one for every id (multiples of 22,050 / 256 = 86.13 Hz);
- noise_scale multiplies the sound by `1 + 0.1 * noise_scale * gaussian`: with 0 it is exact, and silence
  stays silence; noise_w does nothing;
- with two speakers (`sid`), the second is an octave above the first.

Inputs: input int64 [batch, phonemes] (batch is 1), input_lengths int64 [batch], scales float [3]
(noise_scale, length_scale, noise_w), and sid int64 [batch] when there are speakers. Output: float
[1, 1, 1, time], as Piper exports it; with speakers [1, 1, time], the other shape found in the wild.
"""

import argparse
import json
import math
import struct
from pathlib import Path

SAMPLE_RATE = 22_050
FRAME = 256
FLOAT, INT64 = 1, 7

# Symbol, frames. The id is the place in the list. Silent symbols first.
PAUSES = [("_", 1), ("^", 2), ("$", 2), (" ", 1), (",", 14), (".", 28), ("?", 28), ("!", 28), (":", 20), (";", 20)]
PAUSES += [("(", 8), (")", 8), ("-", 2), ('"', 1), ("'", 1)]
# Vowels, consonants, then marks and tones: everything espeak-ng's Vietnamese voice says, and some more.
VOWELS = [(symbol, 5) for symbol in "aeiouyɐɑɒɔəɛɜɪʊɤɯɨ"]
CONSONANTS = [(symbol, 3) for symbol in "bcdfghjklmnpqrstvwxzðŋɗɡɣɲɹʃ"]
MARKS = [(symbol, 1) for symbol in "ˈˌʲ\u032a"] + [("ː", 3)]
TONES = [(symbol, 2) for symbol in "0123456789"]
SYMBOLS = PAUSES + VOWELS + CONSONANTS + MARKS + TONES
# The lowest sine is 3 cycles a frame, 258 Hz; the highest, an octave up, is still below half the sample rate.
CYCLES_MIN = 3


# --- Protocol Buffers, as far as a model needs them (field numbers: onnx.proto) ---


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def field(number: int, value: int | float | str | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def attribute(name: str, value: int | float) -> bytes:
    is_float = isinstance(value, float)
    return field(1, name) + field(2 if is_float else 3, value) + field(20, 1 if is_float else 2)


def node(kind: str, inputs: list[str], output: str, **attributes: int | float) -> bytes:
    out = b"".join(field(1, name) for name in inputs) + field(2, output) + field(3, output) + field(4, kind)
    return out + b"".join(field(5, attribute(*pair)) for pair in attributes.items())


def tensor(name: str, dims: list[int], kind: int, values: list) -> bytes:
    data = struct.pack(f"<{len(values)}{'f' if kind == FLOAT else 'q'}", *values)
    return b"".join(field(1, dim) for dim in dims) + field(2, kind) + field(8, name) + field(9, data)


def port(name: str, kind: int, dims: list[int | str]) -> bytes:
    """An input or output of the graph; a dimension with a name is dynamic."""
    shape = b"".join(field(1, field(2 if isinstance(dim, str) else 1, dim)) for dim in dims)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


# --- The model ---


def constants(speakers: int) -> list[bytes]:
    silent = len(PAUSES)
    cycles = [0 if id < silent else CYCLES_MIN + id - silent for id in range(len(SYMBOLS))]
    radians = [2 * math.pi * count / FRAME for count in cycles]
    integers = {"zero": 0, "one": 1}
    out = [tensor(name, [], INT64, [value]) for name, value in integers.items()]
    out += [
        tensor("axis_0", [1], INT64, [0]),
        tensor("axis_1", [1], INT64, [1]),
        tensor("flat", [1], INT64, [-1]),
        tensor("output_shape", [3 if speakers > 1 else 4], INT64, [1] * (2 if speakers > 1 else 3) + [-1]),
        tensor("frames_of_id", [len(SYMBOLS)], FLOAT, [frames for _, frames in SYMBOLS]),
        tensor("radians_of_id", [len(SYMBOLS)], FLOAT, radians),
        tensor("sample_in_frame", [1, FRAME], FLOAT, range(FRAME)),
        tensor("amplitude", [], FLOAT, [0.3]),
        tensor("noise_strength", [], FLOAT, [0.1]),
    ]
    if speakers > 1:
        out.append(tensor("pitch_of_speaker", [speakers], FLOAT, [1 + speaker for speaker in range(speakers)]))
    return out


def durations() -> list[bytes]:
    """input [1, N] -> ids [N], end [N]: the frame where each id ends, total: frames of all."""
    return [
        node("Gather", ["scales", "zero"], "noise_scale"),
        node("Gather", ["scales", "one"], "length_scale"),
        node("Reshape", ["input", "flat"], "ids"),
        node("Gather", ["frames_of_id", "ids"], "frames"),
        node("Mul", ["frames", "length_scale"], "frames_scaled"),
        node("Ceil", ["frames_scaled"], "frames_whole"),
        node("Shape", ["ids"], "count_1d"),
        node("Squeeze", ["count_1d", "axis_0"], "count"),
        node("Range", ["zero", "count", "one"], "place"),
        node("Less", ["place", "input_lengths"], "is_spoken"),
        node("Cast", ["is_spoken"], "mask", to=FLOAT),
        node("Mul", ["frames_whole", "mask"], "frames_spoken"),
        node("CumSum", ["frames_spoken", "zero"], "end"),
        node("ReduceSum", ["frames_spoken", "axis_0"], "total_float", keepdims=0),
        node("Cast", ["total_float"], "total", to=INT64),
    ]


def ids_of_frames() -> list[bytes]:
    """end [N], total F -> id_of_frame [F]: the place of a frame's id is the number of ids that ended."""
    return [
        node("Range", ["zero", "total", "one"], "frame"),
        node("Cast", ["frame"], "frame_float", to=FLOAT),
        node("Unsqueeze", ["frame_float", "axis_1"], "frame_column"),
        node("Unsqueeze", ["end", "axis_0"], "end_row"),
        node("LessOrEqual", ["end_row", "frame_column"], "has_ended"),
        node("Cast", ["has_ended"], "has_ended_float", to=FLOAT),
        node("ReduceSum", ["has_ended_float", "axis_1"], "place_float", keepdims=0),
        node("Cast", ["place_float"], "place_of_frame", to=INT64),
        node("Gather", ["ids", "place_of_frame"], "id_of_frame"),
    ]


def sound(speakers: int) -> list[bytes]:
    """id_of_frame [F] -> output: F frames of a sine each, with noise on it."""
    radians = "radians_of_speaker" if speakers > 1 else "radians"
    out = [node("Gather", ["radians_of_id", "id_of_frame"], "radians")]
    if speakers > 1:
        out.append(node("Gather", ["pitch_of_speaker", "sid"], "pitch"))
        out.append(node("Mul", ["radians", "pitch"], radians))
    return out + [
        node("Unsqueeze", [radians, "axis_1"], "radians_column"),
        node("Mul", ["radians_column", "sample_in_frame"], "phase"),
        node("Sin", ["phase"], "sine"),
        node("Mul", ["sine", "amplitude"], "wave"),
        node("RandomNormalLike", ["wave"], "gaussian", mean=0.0, scale=1.0),
        node("Mul", ["noise_scale", "noise_strength"], "noise_amplitude"),
        node("Mul", ["gaussian", "noise_amplitude"], "noise"),
        node("Mul", ["wave", "noise"], "noise_of_wave"),
        node("Add", ["wave", "noise_of_wave"], "wave_with_noise"),
        node("Reshape", ["wave_with_noise", "output_shape"], "output"),
    ]


def model(speakers: int) -> bytes:
    inputs = [port("input", INT64, ["batch_size", "phonemes"]), port("input_lengths", INT64, ["batch_size"])]
    inputs.append(port("scales", FLOAT, [3]))
    if speakers > 1:
        inputs.append(port("sid", INT64, ["batch_size"]))
    shape = [1, 1, "time"] if speakers > 1 else [1, 1, 1, "time"]
    graph = b"".join(field(1, one) for one in durations() + ids_of_frames() + sound(speakers))
    graph += field(2, "tiny_voice") + b"".join(field(5, one) for one in constants(speakers))
    graph += b"".join(field(11, one) for one in inputs) + field(12, port("output", FLOAT, shape))
    return field(1, 8) + field(2, "baonoi tiny_voice") + field(7, graph) + field(8, field(1, "") + field(2, 15))


def config(speakers: int) -> dict:
    return {
        "audio": {"sample_rate": SAMPLE_RATE, "quality": "tiny"},
        "espeak": {"voice": "vi"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": {symbol: [id] for id, (symbol, _) in enumerate(SYMBOLS)},
        "num_symbols": len(SYMBOLS),
        "num_speakers": speakers,
        "speaker_id_map": {"low": 0, "high": 1} if speakers > 1 else {},
        "piper_version": "1.0.0",
        "language": {
            "code": "vi_VN",
            "family": "vi",
            "region": "VN",
            "name_native": "Tiếng Việt",
            "name_english": "Vietnamese",
            "country_english": "Vietnam",
        },
        "dataset": "tiny",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speakers", type=int, choices=(1, 2), default=1)
    parser.add_argument("--out", type=Path, help="folder to write to")
    options = parser.parse_args()
    data = Path(__file__).resolve().parents[1] / "data"
    out = options.out or data / ("voice-tiny-speakers" if options.speakers > 1 else "voice-tiny")
    out.mkdir(parents=True, exist_ok=True)
    (out / "tiny.onnx").write_bytes(model(options.speakers))
    text = json.dumps(config(options.speakers), ensure_ascii=False, indent=1) + "\n"
    (out / "tiny.onnx.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
