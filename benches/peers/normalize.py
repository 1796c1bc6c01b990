#!/usr/bin/env python3
"""Baonoi's text normalization beside sea-g2p's, on the same text, one thread, in one run.

    cargo build --release && pip install sea-g2p && benches/peers/normalize.py

The text is the written side of tests/data/normalize. The two take turns; medians are compared. The
time to start the process is measured on an empty input and taken off.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from sea_g2p import Normalizer

ROUNDS = 7
# As many copies as make the process' start a small part of its time.
COPIES = 40

project = Path(__file__).resolve().parents[2]
binary = sys.argv[1] if len(sys.argv) > 1 else project / "target/release/baonoi"
lines = [
    line.split("\t")[0]
    for file in sorted((project / "tests/data/normalize").glob("*.tsv"))
    for line in file.read_text(encoding="utf-8").splitlines()
    if "\t" in line and not line.startswith("#")
]
chars = sum(map(len, lines))


def ours(text: str) -> float:
    begun = time.perf_counter()
    subprocess.run([binary, "normalize"], input=text, text=True, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


peer = Normalizer()


def theirs() -> float:
    begun = time.perf_counter()
    for line in lines:
        peer.normalize(line)
    return time.perf_counter() - begun


text = "\n".join(lines * COPIES) + "\n"
theirs(), ours(text)
mine, other = [], []
for _ in range(ROUNDS):
    mine.append((ours(text) - ours("")) / COPIES)
    other.append(theirs())
mine, other = chars / statistics.median(mine), chars / statistics.median(other)
print(f"{chars} characters; baonoi {mine:,.0f}/s, sea-g2p {other:,.0f}/s, ratio {mine / other:.1f}")
