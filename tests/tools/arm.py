#!/usr/bin/env python3
"""Whether the engine for Piper's voices computes the same on ARM: its unit tests, and whole voices, by NEON.

    apt-get install qemu-user gcc-aarch64-linux-gnu && rustup target add aarch64-unknown-linux-gnu
    tests/tools/arm.py [--ids 40] [VOICE.onnx ...]

Makes a crate of `src/synthesize/vits` alone, so that nothing else of the service has to be built for ARM, and runs
its tests in QEMU, which takes minutes. Then the same ids with the same noise are said there and here, by the test
voices unless others are named; the largest difference of a sample is told, and more than a step of 16-bit sound is a
failure. For a voice of the published size QEMU takes a second for every id.

Needs Python alone, besides the three above. A machine that is ARM itself needs none of it: `cargo test` is enough.
"""

import argparse
import array
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TARGET = "aarch64-unknown-linux-gnu"
LINKER = "aarch64-linux-gnu-gcc"
RUNNER = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]
VOICES = [PROJECT / "tests/data" / name / "mini.onnx" for name in ("voice-mini", "voice-mini-speakers")]
STEP = 1 / 32768

MANIFEST = """\
[package]
name = "{name}"
version = "0.0.0"
edition = "{edition}"
publish = false

[dependencies]
thiserror = "{thiserror}"

[dev-dependencies]
proptest = {{ version = "{proptest}", default-features = false, features = ["std"] }}

[profile.dev]
opt-level = 1

[workspace]
"""

LIBRARY = """\
pub mod synthesize {{
    #[path = "{vits}"]
    pub mod vits;
}}
"""

# Writes the frames of each id to standard error and the samples to standard output.
PROGRAM = """\
use std::io::Write;

use {name}::synthesize::vits::{{Precision, Request, Vits}};

fn main() {{
    let arguments: Vec<String> = std::env::args().collect();
    let file = std::fs::read(&arguments[1]).unwrap();
    let voice = Vits::read(&file, Precision::Single).unwrap();
    let count: usize = arguments[2].parse().unwrap();
    let ids: Vec<i64> =
        (0..count).map(|i| if i % 2 == 1 {{ 0 }} else {{ (i * 31 % 70) as i64 }}).collect();
    let mut state = 1_u32;
    let mut noise = |numbers: &mut [f32]| {{
        for x in numbers {{
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *x = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
        }}
    }};
    let request = Request {{
        ids: &ids,
        speaker: 0,
        noise_scale: 0.667,
        length_scale: 1.0,
        noise_w: 0.8,
        threads: 1,
    }};
    let said = voice.speak(&request, &mut noise, &|| false).unwrap();
    eprintln!("{{:?}}", said.frames);
    let bytes: Vec<u8> = said.samples.iter().flat_map(|x| x.to_le_bytes()).collect();
    std::io::stdout().write_all(&bytes).unwrap();
}}
"""
NAME = "vits_on_arm"


def missing() -> list[str]:
    """What has to be installed first, each with the command that does it."""
    found = []
    if not shutil.which(RUNNER[0]):
        found.append(f"{RUNNER[0]}: apt-get install qemu-user")
    if not shutil.which(LINKER):
        found.append(f"{LINKER}: apt-get install gcc-aarch64-linux-gnu")
    if not shutil.which("cargo"):
        found.append("cargo: https://rustup.rs")
        return found
    asked = ["rustc", "--print", "target-libdir", "--target", TARGET]
    folder = subprocess.run(asked, cwd=PROJECT, capture_output=True, text=True).stdout.strip()
    if not folder or not Path(folder).is_dir():
        found.append(f"Rust's library for ARM: rustup target add {TARGET}")
    return found


def make(crate: Path) -> None:
    """The crate of the engine alone, with the project's versions of what it depends on."""
    project = tomllib.loads((PROJECT / "Cargo.toml").read_text())
    versions = {
        "edition": project["package"]["edition"],
        "thiserror": project["dependencies"]["thiserror"],
        "proptest": project["dev-dependencies"]["proptest"]["version"],
    }
    (crate / "src").mkdir()
    (crate / "tests").mkdir()
    (crate / "tests/data").symlink_to(PROJECT / "tests/data")
    (crate / "Cargo.toml").write_text(MANIFEST.format(name=NAME, **versions))
    shutil.copy(PROJECT / "Cargo.lock", crate)
    (crate / "src/lib.rs").write_text(LIBRARY.format(vits=PROJECT / "src/synthesize/vits/mod.rs"))
    (crate / "src/main.rs").write_text(PROGRAM.format(name=NAME))


def say(command: list, voice: Path, ids: int) -> tuple[bytes, array.array]:
    done = subprocess.run([*map(str, command), str(voice), str(ids)], capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{voice}: {done.stderr.decode()}")
    return done.stderr, array.array("f", done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("voices", nargs="*", type=Path, default=VOICES, metavar="VOICE.onnx")
    parser.add_argument("--ids", type=int, default=40, help="how many ids are said")
    given = parser.parse_args()
    if platform.machine() in ("aarch64", "arm64"):
        sys.exit("this machine is ARM itself: cargo test runs all tests with NEON")
    if absent := missing():
        sys.exit("\n".join(["something is missing here:", *absent]))
    environment = dict(os.environ)
    prefix = f"CARGO_TARGET_{TARGET.upper().replace('-', '_')}"
    environment |= {f"{prefix}_LINKER": LINKER, f"{prefix}_RUNNER": " ".join(RUNNER)}
    with tempfile.TemporaryDirectory() as folder:
        crate = Path(folder)
        make(crate)
        environment["CARGO_TARGET_DIR"] = str(crate / "target")

        def cargo(*arguments: str) -> None:
            subprocess.run(["cargo", *arguments], cwd=crate, env=environment, check=True)

        cargo("test", "--lib", "--target", TARGET)
        cargo("build", "--release")
        cargo("build", "--release", "--target", TARGET)
        here = crate / "target/release" / NAME
        there = crate / "target" / TARGET / "release" / NAME
        failed = False
        for voice in given.voices:
            frames, samples = say([here], voice.resolve(), given.ids)
            own_frames, own_samples = say([*RUNNER, there], voice.resolve(), given.ids)
            if frames != own_frames or len(samples) != len(own_samples):
                print(f"{voice}: other durations: {own_frames.decode().strip()}, here {frames.decode().strip()}")
                failed = True
                continue
            most = max((abs(a - b) for a, b in zip(samples, own_samples)), default=0.0)
            print(f"{voice}: {len(samples)} samples, the largest difference is {most:.1e}")
            # Not a number is no small difference either.
            failed |= not most <= STEP
        sys.exit(1 if failed else 0)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(error.cmd)} failed")
