#!/usr/bin/env python3
"""A Piper voice spoken by Python's piper-tts, by ONNX Runtime alone, and by a Rust command, in one run.

    pip install piper-tts && cargo build --release
    benches/peers/voice.py MODEL.onnx --rust "COMMAND WITH MODEL.onnx" [--peers piper-tts onnxruntime]

tests/tools/piper_voice.py makes a model of a real one's size. The text is SENTENCES below, or the
spoken sentences of --sentences FILE, one a line; `BIN phonemize` (--bin) turns them into phonemes.

Every engine is a command that is given `--threads N`, reads lines of phoneme ids from stdin, speaks
each without noise, and answers {"samples": n, "seconds": t}. The engines take turns, a fresh process each
time; the first answer only ends the load. Then the wall clock runs for all sentences, and its median
over the rounds, per second of sound, is the real-time factor. Memory is the peak of all of an engine's
processes together. ONNX Runtime has its own threads: OPENBLAS_* and OMP_* change nothing here.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SENTENCES = """\
Sáng nay, ủy ban nhân dân thành phố họp bàn phương án sửa chữa tuyến đường ven sông bị hư hỏng nặng sau đợt mưa lớn kéo dài từ đầu tháng.
Theo trung tâm dự báo, không khí lạnh tràn xuống các tỉnh miền núi phía bắc từ chiều mai, có nơi nhiệt độ giảm xuống dưới mười hai độ.
Ngành nông nghiệp khuyến cáo bà con thu hoạch sớm diện tích lúa đã chín, gia cố chuồng trại và dự trữ thức ăn cho đàn gia súc.
Giá cà phê trong nước tăng phiên thứ ba liên tiếp, trong khi lượng hàng tồn kho của các doanh nghiệp xuất khẩu đang giảm dần.
Trường tiểu học của xã vùng cao vừa khánh thành dãy phòng học mới, giúp hơn hai trăm em nhỏ không còn phải học nhờ nhà văn hóa thôn.
Lực lượng cứu hộ đã đưa toàn bộ thuyền viên gặp nạn vào bờ an toàn, sức khỏe của mọi người hiện đã ổn định, tinh thần phấn chấn.
Bệnh viện tỉnh lần đầu ghép thận thành công cho một người bệnh trẻ, mở ra cơ hội điều trị gần nhà cho nhiều gia đình khó khăn.
Đội tuyển nữ thắng đậm trong trận mở màn của giải vô địch khu vực, với ba bàn thắng đều được ghi ở nửa cuối của hiệp hai.
Thư viện thành phố mở cửa đến chín giờ tối các ngày trong tuần, bạn đọc có thể mượn sách bằng điện thoại và trả sách tại nhà ga.
Nhóm nghiên cứu trẻ chế tạo thiết bị lọc nước chạy bằng điện mặt trời, chi phí thấp, phù hợp với các hộ dân sống trên đảo xa.
Lễ hội đua thuyền truyền thống trở lại sau nhiều năm gián đoạn, thu hút hàng nghìn du khách đứng kín hai bên bờ sông từ sáng sớm.
Công ty cấp nước thông báo tạm ngừng cung cấp nước sạch tại bốn phường trung tâm trong đêm nay để thay thế đoạn ống đã xuống cấp.
"""
# Threads of a process, processes.
SETUPS = {"1 thread": (1, 1), "2 threads on 1 utterance": (2, 1), "2 utterances x 1 thread": (1, 2)}


@dataclass
class Rounds:
    """What one engine did in one setup, a number a round."""

    factors: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    sound: float = 0.0


def speak_piper(model: str, options) -> Callable:
    from onnxruntime import InferenceSession
    from piper import PiperVoice, SynthesisConfig
    from piper.config import PiperConfig

    # PiperVoice.load leaves no choice of threads.
    config = PiperConfig.from_dict(json.loads(Path(f"{model}.json").read_text(encoding="utf-8")))
    session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
    voice = PiperVoice(session=session, config=config)
    quiet = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0, normalize_audio=False)
    return lambda ids: voice.phoneme_ids_to_audio(ids, quiet)


def speak_onnxruntime(model: str, options) -> Callable:
    import numpy as np
    from onnxruntime import InferenceSession

    session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
    inputs = {"scales": np.array([0, 1, 0], np.float32)}
    if any(port.name == "sid" for port in session.get_inputs()):
        inputs["sid"] = np.array([0])
    return lambda ids: session.run(None, {"input": np.array([ids]), "input_lengths": np.array([len(ids)]), **inputs})[0]


PEERS = {"piper-tts": speak_piper, "onnxruntime": speak_onnxruntime}


def be_peer(name: str, model: str, threads: int) -> None:
    """This script as one of the commands it measures."""
    from onnxruntime import SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    speak = PEERS[name](model, options)
    for line in sys.stdin:
        begun = time.perf_counter()
        samples = speak([int(id) for id in line.split()]).size
        print(json.dumps({"samples": samples, "seconds": time.perf_counter() - begun}), flush=True)


def phoneme_ids(config: dict, phonemes: str) -> list[int]:
    """As Piper does it: the pad after the beginning and after every phoneme; unknown ones are skipped."""
    ids = config["phoneme_id_map"]
    known = [phoneme for phoneme in unicodedata.normalize("NFD", phonemes) if phoneme in ids]
    return [id for phoneme in ["^", *known] for id in [*ids[phoneme], *ids["_"]]] + ids["$"]


def feed(engine: subprocess.Popen, lines: list[str]) -> None:
    with engine.stdin as stdin:
        stdin.writelines(lines)


def run(command: list[str], threads: int, processes: int, lines: list[str], sample_rate: int, out: Rounds) -> None:
    """Loads the processes, lets them speak all lines, and notes what it took."""
    spawned = time.perf_counter()
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    engines = [subprocess.Popen([*command, "--threads", str(threads)], **pipe) for _ in range(processes)]
    for engine in engines:
        engine.stdin.write(lines[0])
        engine.stdin.flush()
    firsts = [json.loads(engine.stdout.readline()) for engine in engines]
    load = time.perf_counter() - spawned - max(first["seconds"] for first in firsts)

    begun = time.perf_counter()
    for i, engine in enumerate(engines):
        threading.Thread(target=feed, args=(engine, lines[i::processes])).start()
    samples = sum(json.loads(answer)["samples"] for engine in engines for answer in engine.stdout)
    seconds = time.perf_counter() - begun

    kilobytes = 0
    for engine in engines:
        _, status, usage = os.wait4(engine.pid, 0)
        engine.returncode = os.waitstatus_to_exitcode(status)
        if engine.returncode:
            sys.exit(f"{shlex.join(command)}: exit code {engine.returncode}")
        kilobytes += usage.ru_maxrss
    out.sound = samples / sample_rate
    out.factors.append(seconds / out.sound)
    out.loads.append(load)
    out.megabytes.append(kilobytes / 1024)


def print_table(results: dict[tuple[str, str], Rounds], engines: list[str]) -> None:
    print(f"| {'setup':24} | {'engine':11} | real-time factor | of {engines[0]} | load s | peak MB | sound s |")
    print("|---|---|---|---|---|---|---|")
    for setup in SETUPS:
        first = statistics.median(results[setup, engines[0]].factors)
        for engine in engines:
            it = results[setup, engine]
            factor, load = statistics.median(it.factors), statistics.median(it.loads)
            figures = f"{factor:.4f} | {factor / first:.2f} | {load:.2f} | {max(it.megabytes):.0f} | {it.sound:.2f}"
            print(f"| {setup:24} | {engine:11} | {figures} |")


def main() -> None:
    project = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--rust", help="the command to compare")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=["piper-tts"])
    parser.add_argument("--bin", type=Path, default=project / "target/release/baonoi")
    parser.add_argument("--sentences", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--be", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be:
        return be_peer(options.be, options.model, options.threads)

    config = json.loads(Path(f"{options.model}.json").read_text(encoding="utf-8"))
    text = options.sentences.read_text(encoding="utf-8") if options.sentences else SENTENCES
    spoken = subprocess.run([options.bin, "phonemize"], input=text, text=True, check=True, stdout=subprocess.PIPE)
    lines = [" ".join(map(str, phoneme_ids(config, line))) + "\n" for line in spoken.stdout.splitlines() if line]

    commands = {name: [sys.executable, __file__, options.model, "--be", name] for name in options.peers}
    if options.rust:
        commands["rust"] = shlex.split(options.rust)
    results = {(setup, engine): Rounds() for setup in SETUPS for engine in commands}
    for _ in range(options.rounds):
        for setup, (threads, processes) in SETUPS.items():
            for engine, command in commands.items():
                run(command, threads, processes, lines, config["audio"]["sample_rate"], results[setup, engine])
    print_table(results, list(commands))


if __name__ == "__main__":
    main()
