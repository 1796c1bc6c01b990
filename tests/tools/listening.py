#!/usr/bin/env python3
"""How soon a listener hears something, what a corrected word costs, and how much memory a long text takes.

    tests/tools/listening.py --binary target/release/baonoi [--voice ID --voices DIR] [--minutes 1 30 180]

Starts the service on an empty folder, hands articles over as a newsroom's system does, and listens to them
with an HTTP client that reads the sound as it comes. The words are generated; no two sentences are alike.
Prints one line of JSON for each measurement:

- `first_sound_s`: from asking for an article that is known and not read to the first byte of its first
  sentence (what is before it, tags and silence, does not count);
- `fix_s`: from handing a five-minute article over with one word changed until its narration stands, beside
  `sentence_s`, the longest that one sentence takes by itself;
- `peak_mb`: the most memory that the process ever had, after an article of so many minutes.
"""
import argparse
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.request

SYLLABLES = "bản mường sông suối cầu đường trường lớp nhà làng núi rừng đồi nương lúa ngô khoai sắn trâu bò".split()
VERBS = "xây dựng sửa chữa mở rộng thu hoạch chăm sóc bảo vệ khánh thành kiểm tra".split()


def sentence(n):
    """About four seconds of speech, unlike every other."""
    words = [SYLLABLES[(n // len(SYLLABLES) ** i) % len(SYLLABLES)] for i in range(3)]
    verb = VERBS[n % len(VERBS)]
    return f"Ngày thứ {n} người dân {' '.join(words)} đã {verb} thêm một cây cầu mới bắc qua suối."


def article(name, sentences, paragraph=5):
    texts = [sentence(n) for n in range(sentences)]
    paragraphs = [" ".join(texts[i:i + paragraph]) for i in range(0, sentences, paragraph)]
    return {"title": name, "paragraphs": paragraphs}


class Service:
    def __init__(self, binary, folder, settings, voices):
        self.folder = folder
        self.binary = binary
        self.config = os.path.join(folder, "baonoi.toml")
        with open(self.config, "w") as file:
            file.write(settings)
        self.data = os.path.join(folder, "data")
        os.makedirs(self.data, exist_ok=True)
        if voices:
            os.symlink(os.path.abspath(voices), os.path.join(self.data, "voices"))
        self.run("accounts", "add", "lan", stdin="bí mật dài\n")
        self.key = self.run("accounts", "key", "lan").strip()
        self.process = subprocess.Popen(
            [binary, "serve", "--listen", "127.0.0.1:0", "--data", self.data, "--config", self.config],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip().rstrip("/")

    def run(self, *arguments, stdin=""):
        command = [self.binary, *arguments, "--data", self.data, "--config", self.config]
        return subprocess.run(command, input=stdin, text=True, capture_output=True, check=True).stdout

    def ask(self, path, body=None):
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.key}"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def when(self, job, holds):
        while True:
            state = self.ask(f"/api/jobs/{job}")
            if holds(state):
                return state
            if state["state"] == "failed":
                raise SystemExit(f"failed: {state}")
            time.sleep(0.005)

    def narrate(self, given):
        job = self.ask("/api/articles", given)["id"]
        return self.when(job, lambda state: state["state"] == "done")

    def peak_mb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def first_sound(service, n):
    """The first byte of a sentence that is heard: after the tag, the Info frame and the silence."""
    given = article(f"Cây cầu thứ {n} bắc qua dòng suối đã khánh thành sáng nay", 60)
    given["paragraphs"] = [text.replace("Ngày thứ", f"Lần {n} ngày thứ") for text in given["paragraphs"]]
    job = service.ask("/api/articles", given)["id"]
    known = service.when(job, lambda state: state["article"])
    begun = time.perf_counter()
    with urllib.request.urlopen(f"{service.address}/articles/{known['article']}/listen.mp3") as sound:
        head = sound.read(10)
        tag = sum(byte << 7 * (3 - i) for i, byte in enumerate(head[6:10]))
        # 209 bytes a frame: the Info frame, and a tenth of a second of silence, which is four.
        sound.read(tag + 6 * 209)
        took = time.perf_counter() - begun
        state = service.ask(f"/api/jobs/{job}")["state"]
    service.when(job, lambda state: state["state"] == "done")
    return took, state


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--voice", default="vi-embedded")
    parser.add_argument("--voices", help="the folder of voices")
    parser.add_argument("--minutes", type=int, nargs="*", default=[1, 30, 180])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    settings = (f"voice = \"{options.voice}\"\nsample = false\nvoices_download = false\n"
                "[narration]\ntext_chars_max = 10000000\n")

    def service():
        folder = tempfile.TemporaryDirectory()
        made = Service(os.path.abspath(options.binary), folder.name, settings, options.voices)
        made.keep = folder
        return made

    one = service()
    for n in range(options.rounds):
        took, state = first_sound(one, n)
        print(json.dumps({"first_sound_s": round(took, 3), "job_meanwhile": state}), flush=True)
    given = article("Một bài năm phút", 65)
    done = one.narrate(given)
    for n in range(options.rounds):
        word = f"Bản Mòn vui mừng lần thứ {n + 1000} vì cây cầu mới bắc qua suối."
        begun = time.perf_counter()
        one.narrate({"title": f"Câu {n}", "paragraphs": [word]})
        alone = time.perf_counter() - begun
        given["paragraphs"][6] = given["paragraphs"][6].rsplit(". ", 1)[0] + f". {word[:-1]} và bà con."
        begun = time.perf_counter()
        done = one.narrate(given)
        took = time.perf_counter() - begun
        cues = one.ask(f"/articles/{done['article']}/cues.json")
        print(json.dumps({"fix_s": round(took, 2), "sentence_s": round(alone, 2),
                          "article_s": cues["duration_ms"] / 1000}), flush=True)
    one.stop()
    for minutes in options.minutes:
        one = service()
        before = one.peak_mb()
        begun = time.perf_counter()
        done = one.narrate(article(f"Bài dài {minutes} phút", minutes * 13))
        took = time.perf_counter() - begun
        cues = one.ask(f"/articles/{done['article']}/cues.json")
        print(json.dumps({"minutes": round(cues["duration_ms"] / 60000, 1), "peak_mb": round(one.peak_mb()),
                          "before_mb": round(before), "took_s": round(took, 1)}), flush=True)
        one.stop()


if __name__ == "__main__":
    main()
