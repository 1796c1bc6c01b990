#!/usr/bin/env python3
"""How soon the editors' list is there, and whether thousands who ask for the same get one article.

    tests/tools/desk.py list --binary target/release/baonoi [--articles 100000]
    tests/tools/desk.py race --binary target/release/baonoi [--count 10000]
    tests/tools/desk.py script --binary target/release/baonoi [--voice ID --voices DIR]

`list` puts articles with their readings and their finished work straight into the database, a twentieth of them drafts
and some work that failed or waits, and asks for the list: its first page, its parts, a page from its midst, and
searches. What is told is the time to the first byte of the answer.

`race` hands the same article over from many connections at once, by the API, while it is read; then it counts what is
in the database.

`script` has an article of 300 sentences read and asks for its page, then hears sentences with a word that is said
otherwise ("Đọc là…"), each unlike the others: the time from the request to the last byte of the sound.

Python's `sqlite3` and nothing else is needed.
"""
import argparse
import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import unicodedata
import urllib.parse
import uuid

SETTINGS = "voices_download = false\nsample = false\nworkers = {workers}\nvoice = \"{voice}\"\n"
NAMES = ["Cầu mới", "Chợ phiên", "Lễ hội", "Đường lên bản", "Mùa nước đổ", "Trường học", "Thủy điện", "Rừng đầu nguồn"]
NUMBERS = "ba năm tám chín bốn sáu hai mười bảy trăm nghìn vạn triệu rưỡi lẻ linh mốt tư lăm tỷ"
PLACES = ["bản Mòn", "Mường Thanh", "Nậm La", "Sơn La", "Điện Biên", "Tà Xùa"]


class Service:
    """The service on a folder of its own, with an editor and an api key."""

    def __init__(self, binary, folder, workers=2, voice="vi-embedded", voices=None):
        self.binary, self.folder = os.path.abspath(binary), folder
        self.config = os.path.join(folder, "baonoi.toml")
        with open(self.config, "w") as file:
            file.write(SETTINGS.format(workers=workers, voice=voice))
        if voices:
            os.makedirs(os.path.join(folder, "data"), exist_ok=True)
            os.symlink(os.path.abspath(voices), os.path.join(folder, "data", "voices"))
        self.process = None
        self.command("accounts", "add", "lan", said="mat khau rat dai\n")
        self.key = self.command("accounts", "key", "lan").strip()

    @property
    def database(self):
        return os.path.join(self.folder, "data", "baonoi.db")

    def arguments(self, *words):
        return [self.binary, *words, "--data", os.path.join(self.folder, "data"), "--config", self.config]

    def command(self, *words, said=""):
        done = subprocess.run(self.arguments(*words), input=said, capture_output=True, text=True, check=True)
        return done.stdout

    def start(self):
        command = self.arguments("serve", "--listen", "127.0.0.1:0")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        address = self.process.stdout.readline().strip()
        assert address, "the service does not start"
        self.host = urllib.parse.urlsplit(address).netloc

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def connection(self):
        return http.client.HTTPConnection(self.host, timeout=120)

    def headers(self, **more):
        return {"Authorization": f"Bearer {self.key}", **more}


def plain(text):
    """As the service compares: small letters without marks."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return bare.replace("đ", "d")


def fill(database, count):
    """Articles of three kB, each read once."""
    words = "Người dân ở bản đã đi lại trên cây cầu bê tông bắc qua suối. "
    blocks = json.dumps([{"kind": "paragraph", "text": words * 12}] * 4, ensure_ascii=False)
    lines = json.dumps([{"part": "0", "span": [0, 60], "written": words, "spoken": words, "cue": [0, 1000]}] * 30,
                       ensure_ascii=False)
    place = random.Random(7)
    now = int(time.time() * 1000)
    articles, searches, narrations, jobs = [], [], [], []
    for number in range(count):
        article, narration, job = (str(uuid.UUID(int=(now + number << 80) + (7 << 76) + kind)) for kind in (1, 2, 3))
        title = f"{place.choice(NAMES)} ở {place.choice(PLACES)}, số {number}"
        at = now - (count - number) * 1000
        is_draft = number % 20 == 0
        state = "failed" if number % 500 == 1 else "queued" if number % 500 == 2 else "done"
        articles.append((article, f"https://bao.example/tin/{number}", "Báo Mường Thanh", title, None, "Lò Văn Mòn", blocks,
                         f"{number:064x}", None if is_draft else narration, narration, at, at, at,
                         "draft" if is_draft else "published"))
        searches.append((article, f"{plain(title)}\nlo van mon"))
        narrations.append((narration, article, f"{number:064x}", "vi-embedded", 22050, 22050 * 90, lines, "[]",
                           f"{number:064x}", "", at))
        jobs.append((job, f"address:{number}", title, '{"address":"https://bao.example/tin/%d"}' % number, state, 30, 30,
                     2**62, at, at, at, at, article, narration, "fetch_timeout" if state == "failed" else None, 900, 30))
    with sqlite3.connect(database) as store:
        store.executemany(
            "INSERT INTO articles (id, url, site, title, lead, author, blocks, content_hash, narration_id, reading_id,"
            " created_ms, updated_ms, touched_ms, publication) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", articles)
        store.executemany("INSERT INTO article_search (article_id, folded) VALUES (?,?)", searches)
        store.executemany("INSERT INTO addresses (url, article_id) VALUES (?,?)",
                          ((row[1], row[0]) for row in articles))
        store.executemany(
            "INSERT INTO narrations (id, article_id, content_key, voice_id, sample_rate, sample_count, lines, notes,"
            " mp3_blob, wav_blob, created_ms) VALUES (?,?,?,?,?,?,?,?,?,?,?)", narrations)
        store.executemany(
            "INSERT INTO jobs (id, wish, label, source, state, done, total, run_after_ms, asked_ms, begun_ms, created_ms,"
            " updated_ms, article_id, narration_id, failure_code, spent_ms, waited_ms)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", jobs)


def summary(taken):
    taken = sorted(taken)
    return json.dumps({"p50": round(taken[len(taken) // 2], 1), "p95": round(taken[int(len(taken) * 0.95)], 1),
                       "max": round(taken[-1], 1)})


def first_byte(service, path, count):
    """Milliseconds from the request to the first byte of the answer, one request after the other."""
    connection, taken = service.connection(), []
    for _ in range(count):
        begun = time.perf_counter()
        connection.request("GET", path, headers=service.headers())
        answer = connection.getresponse()
        answer.read(1)
        taken.append((time.perf_counter() - begun) * 1000)
        body = answer.read()
        assert answer.status == 200, (path, answer.status, body[:300])
    return summary(taken)


def show_list(options):
    with tempfile.TemporaryDirectory() as folder:
        service = Service(options.binary, folder, workers=1)
        fill(service.database, options.articles)
        service.start()
        with sqlite3.connect(service.database) as store:
            at, article = store.execute("SELECT touched_ms, id FROM articles ORDER BY touched_ms, id LIMIT 1 OFFSET ?",
                                        (options.articles // 2,)).fetchone()
        paths = {"first page": "/desk", "from its midst": f"/desk?after={at}.{article}",
                 "waiting": "/desk?tab=working", "failed": "/desk?tab=failed", "drafts": "/desk?tab=drafts",
                 "published": "/desk?tab=published"}
        searches = {"a common word": "/desk?q=cau+moi", "one article": f"/desk?q=so+{options.articles - 77}",
                    "nothing": "/desk?q=khong+co", "an address": "/desk?q=bao.example/tin/777"}
        for name, path in paths.items():
            print(name, first_byte(service, path, options.requests))
        for name, path in searches.items():
            print("search for", name, first_byte(service, path, max(options.requests // 5, 20)))
        service.stop()


def race(options):
    body = json.dumps({"title": "Cuộc đua", "paragraphs": [f"Câu thứ {n} của bài." for n in range(40)]})
    statuses, jobs, guard = {}, set(), threading.Lock()

    def run(service, count):
        connection = service.connection()
        for _ in range(count):
            connection.request("POST", "/api/articles", body, service.headers(**{"Content-Type": "application/json"}))
            answer = connection.getresponse()
            told = json.loads(answer.read())
            with guard:
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
                jobs.add(told.get("id"))

    with tempfile.TemporaryDirectory() as folder:
        service = Service(options.binary, folder)
        service.start()
        begun = time.perf_counter()
        share = options.count // options.connections
        racers = [threading.Thread(target=run, args=(service, share)) for _ in range(options.connections)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        seconds = time.perf_counter() - begun
        connection = service.connection()
        (job,) = jobs
        while True:
            connection.request("GET", f"/api/jobs/{job}")
            if json.loads(connection.getresponse().read())["state"] in ("done", "failed"):
                break
            time.sleep(0.2)
        with sqlite3.connect(f"file:{service.database}?mode=ro", uri=True) as store:
            counted = {table: store.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
                       for table in ("articles", "jobs", "narrations")}
        service.stop()
    print(json.dumps({"asked": share * options.connections, "statuses": statuses, "seconds": round(seconds, 1), **counted}))
    assert set(counted.values()) == {1}, counted


def ask(connection, method, path, headers, body=None):
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status < 300, (path, answer.status, body[:300])
    return body


def sentence(number):
    """About four seconds of speech, unlike every other."""
    return f"Sáng nay bà con bản Mòn cùng đội thanh niên số {number} mang đá và xi măng ra sửa cây cầu bắc qua suối."


def show_script(options):
    with tempfile.TemporaryDirectory() as folder:
        service = Service(options.binary, folder, voice=options.voice, voices=options.voices)
        service.start()
        connection, headers = service.connection(), service.headers(**{"Content-Type": "application/json"})
        paragraphs = [" ".join(sentence(n) for n in range(at, at + 5)) for at in range(0, 300, 5)]
        body = json.dumps({"title": "Ba trăm câu", "paragraphs": paragraphs})
        job = json.loads(ask(connection, "POST", "/api/articles", headers, body))["id"]
        while (state := json.loads(ask(connection, "GET", f"/api/jobs/{job}", {})))["state"] != "done":
            assert state["state"] != "failed", state
            time.sleep(0.2)
        path = f"/desk/articles/{state['article']}"
        print("script page, first byte", first_byte(service, path, options.requests))
        taken = []
        for _ in range(options.requests):
            begun = time.perf_counter()
            page = ask(connection, "GET", path, service.headers())
            taken.append((time.perf_counter() - begun) * 1000)
        print(f"script page, all of its {len(page) // 1000} kB", summary(taken))
        taken = []
        for number, name in enumerate(NUMBERS.split()):
            written = f"số {number * 7}"
            at = sum(len((sentence(n) + " ").encode()) for n in range(number * 7 // 5 * 5, number * 7))
            fields = {"action": "reading", "written": written, "spoken": f"số {name} mới", "base": 0,
                      "place": f"{number * 7 // 5}:{at}:0"}
            form = service.headers(**{"Content-Type": "application/x-www-form-urlencoded"})
            begun = time.perf_counter()
            ask(connection, "POST", f"{path}/hear", form, urllib.parse.urlencode(fields))
            taken.append((time.perf_counter() - begun) * 1000)
        print("a word said otherwise, until its sentence is heard", summary(taken))
        service.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["list", "race", "script"])
    parser.add_argument("--binary", default="target/release/baonoi")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--voice", default="vi-embedded")
    parser.add_argument("--voices", help="the folder of voices")
    parser.add_argument("--connections", type=int, default=100)
    options = parser.parse_args()
    {"list": show_list, "race": race, "script": show_script}[options.what](options)


if __name__ == "__main__":
    main()
