#!/usr/bin/env python3
"""Baonoi's extraction beside its peers', on the same pages, one core each, in one run.

    pip install trafilatura readability-lxml && benches/peers/extract.py [FOLDER]

The pages are those of tests/data/pages, or the HTML files of another folder. Baonoi and dom_smoothie
run inside `cargo bench --bench extract`, the peers in Python inside this process, so that nobody's
start counts; the median round over all pages is divided by their number.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from readability import Document
from trafilatura import bare_extraction

ROUNDS = 5

project = Path(__file__).resolve().parents[2]
folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else project / "tests/data/pages"
pages = [file.read_text(encoding="utf-8", errors="replace") for file in sorted(folder.rglob("*.html"))]


def rust() -> dict[str, float]:
    """Milliseconds a page, by criterion's own statistics."""
    run = subprocess.run(
        ["cargo", "bench", "--bench", "extract", "--", "--output-format", "bencher", "pages/"],
        cwd=project,
        env={**os.environ, "PAGES": str(folder)},
        text=True,
        check=True,
        stdout=subprocess.PIPE,
    )
    lines = re.findall(r"test \d+ pages/(.+?) \.\.\. bench: +([\d,]+) ns/iter", run.stdout)
    return {name: int(time.replace(",", "")) / 1e6 / len(pages) for name, time in lines}


def timed(extract) -> float:
    """Milliseconds a page; a page that a peer cannot read counts with the time until it says so."""
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for page in pages:
            try:
                extract(page)
            except Exception:
                pass
        rounds.append(time.perf_counter() - begun)
    return statistics.median(rounds) * 1e3 / len(pages)


times = rust()
times["trafilatura"] = timed(lambda page: bare_extraction(page))
times["readability-lxml"] = timed(lambda page: Document(page).summary())
ours = times["baonoi with site rules"]
print(f"{len(pages)} pages, {sum(map(len, pages)) / len(pages) / 1e3:.0f} thousand characters each")
for name, taken in times.items():
    print(f"{name:24} {taken:8.2f} ms/page  {taken / ours:6.1f}")
