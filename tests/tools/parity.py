#!/usr/bin/env python3
"""Whether a Piper voice gets the same ids from us as from Python's piper-tts, and gives the same sound as
the crate piper-rs does when that is fed with our phonemes.

    pip install piper-tts onnxruntime==1.24.4 numpy && cargo build --release
    tests/tools/parity.py MODEL.onnx --library libonnxruntime.so < SENTENCES

SENTENCES are spoken sentences, one a line. Both say the same ids without noise: piper-rs writes no pad
after the beginning, so its ids are a sequence of their own, computed here. --ids-only leaves piper-rs
out, which needs cmake, libclang-dev and libsonic-dev to build.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import numpy as np
from piper.phoneme_ids import phonemes_to_ids

project = Path(__file__).resolve().parents[2]


def run(command: list, lines: list[str], **options) -> list[str]:
    given = "".join(f"{line}\n" for line in lines)
    done = subprocess.run([str(part) for part in command], input=given, stdout=subprocess.PIPE, text=True, check=True, **options)
    return done.stdout.splitlines()


def ours(model: Path, library: Path, lines: list[str], *more) -> list[dict]:
    command = ["cargo", "bench", "-q", "--bench", "voice", "--", "--model", model, "--library", library, *more]
    return [json.loads(line) for line in run(command, lines, cwd=project)]


def sounds(raw: Path, counts: list[int]) -> list[np.ndarray]:
    return np.split(np.fromfile(raw, np.float32), np.cumsum(counts)[:-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--ids-only", action="store_true")
    options = parser.parse_args()
    model, library = options.model.resolve(), options.library.resolve()
    config = json.loads(Path(f"{model}.json").read_text(encoding="utf-8"))
    sentences = [unicodedata.normalize("NFC", line.strip()) for line in sys.stdin if line.strip()]
    phonemes = run([project / "target/release/baonoi", "phonemize"], sentences)

    # piper-tts decomposes what its phonemizer gives, and so do we inside.
    decomposed = [unicodedata.normalize("NFD", line) for line in phonemes]
    answers = ours(model, library, phonemes, "--phonemes")
    theirs = [phonemes_to_ids(list(line), config["phoneme_id_map"]) for line in decomposed]
    equal = sum(answer["ids"] == ids for answer, ids in zip(answers, theirs, strict=True))
    print(f"ids as piper-tts: {equal} of {len(theirs)} sentences, {sum(map(len, theirs))} ids")
    if options.ids_only:
        sys.exit(equal != len(theirs))

    with tempfile.TemporaryDirectory() as folder:
        raw, raw_theirs = Path(folder, "ours"), Path(folder, "theirs")
        without_pad = [" ".join(map(str, [ids[0], *ids[2:]])) for ids in theirs]
        counts = [answer["samples"] for answer in ours(model, library, without_pad, "--raw", raw)]
        crate = ["cargo", "run", "-q", "--release", "--", model, raw_theirs]
        environment = {**os.environ, "ORT_DYLIB_PATH": str(library)}
        lines = run(crate, decomposed, cwd=project / "tests/tools/piper-rs", env=environment)
        counts_theirs = [int(line) for line in lines]
        same = sum(a == b for a, b in zip(counts, counts_theirs, strict=True))
        print(f"length as piper-rs: {same} of {len(counts)} sentences, {sum(counts)} samples")
        pairs = zip(sounds(raw, counts), sounds(raw_theirs, counts_theirs), strict=True)
        apart = max((float(np.abs(a - b).max()) for a, b in pairs if len(a) == len(b)), default=np.inf)
        print(f"sound beside piper-rs: at most {apart:.1e} of full scale apart")
        sys.exit(not (equal == len(theirs) and same == len(counts) and apart <= 1e-3))


if __name__ == "__main__":
    main()
