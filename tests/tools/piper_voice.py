#!/usr/bin/env python3
"""Makes a voice of Piper's exact architecture (VITS) with random weights: the work of a real one, not the words.

    pip install numpy onnx
    tests/tools/piper_voice.py                                  writes tests/data/voice-mini/mini.onnx
    tests/tools/piper_voice.py --size medium --out FILE.onnx    15.65 million parameters, 63 MB
    tests/tools/piper_voice.py --size mini --speakers 3 --out FILE.onnx

The config is written beside the model, as FILE.onnx.json. Sizes: x_low, low, medium and high as Piper
trains them, and mini, which has every kind of node in 0.1 MB. The weights are scaled so that activations
stay near unit variance, an id lasts about 1.46 frames (4.5 syllables a second) and the sound has an rms of
about 0.1. The same seed makes the same model.
"""

import argparse
import json
import sys
import unicodedata
from pathlib import Path

import numpy as np
import onnx

sys.dont_write_bytecode = True
import tiny_voice
from vits.calibrate import calibrate
from vits.sizes import SIZES, Size
from vits.voice import voice

# "This morning the city talked about repairing the road along the river, damaged in the heavy rain at the
# beginning of the month": what the pace is set on.
SENTENCE = (
    "sˈaːɜŋ nˈaj, tʃˈiɜɲ kwˈiɛ2n t̪ˈeɲ fˈoɜ hˈɔ6p bˈaː2n vˈiɛ6c sˈyə4 kˌɔn ɗˈyə2ŋ vˈɛn sˈoŋ, "
    "bˌi6 hˈy hˈɔ4ŋ sˈaw tʃˈə6n mˈyə lˈəːɜn ɗˈə2w t̪ˈaːɜŋ."
)


def phoneme_ids(config: dict, phonemes: str) -> list[int]:
    """As Piper does it: the pad after the beginning and after every phoneme; unknown ones are skipped."""
    ids = config["phoneme_id_map"]
    known = [phoneme for phoneme in unicodedata.normalize("NFD", phonemes) if phoneme in ids]
    padded = [id for phoneme in ["^", *known] for id in [*ids[phoneme], *ids["_"]]]
    return padded + ids["$"]


def config(name: str, size: Size, speakers: int) -> dict:
    """The config of the tiny voice, with this voice's numbers."""
    out = tiny_voice.config(1)
    out["audio"] = {"sample_rate": size.sample_rate, "quality": name}
    out["num_symbols"] = size.symbols
    out["num_speakers"] = speakers
    out["speaker_id_map"] = {f"speaker-{id}": id for id in range(speakers)} if speakers > 1 else {}
    out["dataset"] = "random"
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="mini")
    parser.add_argument("--speakers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--out", type=Path, help="the model's file")
    options = parser.parse_args()
    data = Path(__file__).resolve().parents[1] / "data"
    out = options.out or data / f"voice-{options.size}" / f"{options.size}.onnx"
    out.parent.mkdir(parents=True, exist_ok=True)

    size = SIZES[options.size]
    settings = config(options.size, size, options.speakers)
    made = voice(size, options.speakers, options.seed)
    calibrate(made, np.array([phoneme_ids(settings, SENTENCE)]))
    model = made.model()
    onnx.checker.check_model(model, full_check=True)
    out.write_bytes(model.SerializeToString(deterministic=True))
    text = json.dumps(settings, ensure_ascii=False, indent=1) + "\n"
    Path(f"{out}.json").write_text(text, encoding="utf-8", newline="\n")
    print(f"{out}: {made.graph.parameters():,} parameters, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
