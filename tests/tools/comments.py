#!/usr/bin/env python3
"""How many comments are accepted in a second, and whether any is lost or doubled when the service is killed.

    tests/tools/comments.py rate --binary target/release/baonoi [--isso PATH/bin/isso]
    tests/tools/comments.py crash --binary target/release/baonoi [--rounds 50]
    tests/tools/comments.py read --binary target/release/baonoi

`rate` needs `wrk` and measures Báo Nói, and Isso (`pip install isso`) beside it where its program is named: both
on their defaults, with a limit out of the way, every comment of different words, each answered when it is on the
disk (Isso: SQLite's default, one transaction a comment). The client shares the machine.

`crash` sends comments from several clients, kills the service with SIGKILL in the midst of it, starts it again, and
tries what was not answered once more with the same key, as the comment box does. At the end every comment that was
ever answered must be there once, and the audit log must hold.

`read` puts 100,000 approved comments under one article, a fifth of them replies, straight into the database, and
asks for the first page 200 times a second.
"""
import argparse
import http.client
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.request

SETTINGS = ('voices_download = false\n[comments]\nper_network_max = 100000000\nper_article_max = 100000000\n')

# A comment of different words for every request of wrk.
LUA = """
local count = 0
function request()
  count = count + 1
  local words = string.format("Comment %d, written on %s", count, tostring({}))
  return wrk.format("POST", "PATH", {["Content-Type"] = "application/json"}, BODY)
end
"""


class Service:
    """The service on a folder of its own; killed and started again at will."""

    def __init__(self, binary, folder):
        self.binary, self.folder = os.path.abspath(binary), folder
        self.config = os.path.join(folder, "baonoi.toml")
        with open(self.config, "w") as file:
            file.write(SETTINGS)
        self.start()
        while True:
            items = json.load(urllib.request.urlopen(self.address + "/latest.json"))["items"]
            if items:
                self.article = items[0]["article"]["id"]
                break
            time.sleep(0.2)
        self.path = f"/api/articles/{self.article}/comments"

    def start(self):
        command = [self.binary, "serve", "--listen", "127.0.0.1:0", "--data", self.data, "--config", self.config]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip().rstrip("/")

    @property
    def data(self):
        return os.path.join(self.folder, "data")

    def kill(self, with_signal=signal.SIGKILL):
        self.process.send_signal(with_signal)
        self.process.wait()

    def doctor(self):
        command = [self.binary, "doctor", "--data", self.data, "--config", self.config]
        return subprocess.run(command, capture_output=True, text=True)


def stored(database, sql):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchall()


def wrk(address, path, body, seconds, connections):
    script = LUA.replace("PATH", path).replace("BODY", body)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", file.name, address]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return {
        "accepted_a_second": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
        "answered": int(re.search(r"(\d+) requests in", said)[1]),
        "refused": int(bad[1]) if bad else 0,
        "p99": re.search(r"99%\s+(\S+)", said)[1],
    }


def rate(options):
    with tempfile.TemporaryDirectory() as folder:
        service = Service(options.binary, folder)
        database = os.path.join(service.data, "baonoi.db")
        body = '\'{"author":"Mai","body":"\' .. words .. \'"}\''
        told = wrk(service.address, service.path, body, options.seconds, options.connections)
        count = stored(database, "SELECT COUNT(*), COUNT(DISTINCT body) FROM comments")[0]
        told.update(stored=count[0], different=count[1])
        doctor = service.doctor()
        told["log"] = doctor.stdout.split("audit log: ")[-1].split(",")[0]
        service.kill(signal.SIGTERM)
        print(json.dumps({"baonoi": told}))
    if not options.isso:
        return
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "isso.cfg")
        port = 17777
        with open(config, "w") as file:
            file.write(f"[general]\ndbpath = {folder}/isso.db\nhost = http://127.0.0.1:{port}/\n"
                       f"[server]\nlisten = http://127.0.0.1:{port}\n[guard]\nenabled = false\n")
        process = subprocess.Popen([options.isso, "-c", config, "run"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(3)
        body = '\'{"author":"Mai","text":"\' .. words .. \'","title":"Test"}\''
        told = wrk(f"http://127.0.0.1:{port}", "/new?uri=%2Ftest%2F", body,
                   options.seconds, options.isso_connections)
        told["stored"] = stored(os.path.join(folder, "isso.db"), "SELECT COUNT(*) FROM comments")[0][0]
        process.terminate()
        process.wait()
        print(json.dumps({"isso": told}))


class Client(threading.Thread):
    """Sends one comment after the other, each until it is answered; a comment is never given up."""

    def __init__(self, service, number, stop):
        super().__init__()
        self.service, self.number, self.stop = service, number, stop
        self.answered = {}
        self.again = 0

    def run(self):
        count = 0
        while not self.stop.is_set():
            count += 1
            self.send(f"{self.number:04}-{count:08}-{random.getrandbits(64):016x}", f"Ý kiến {count} của người {self.number}")

    def send(self, key, words):
        body = json.dumps({"author": "Mai", "body": words}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        tries = 0
        while True:
            tries += 1
            try:
                host = self.service.address.removeprefix("http://")
                connection = http.client.HTTPConnection(host, timeout=20)
                connection.request("POST", self.service.path, body, headers)
                answer = connection.getresponse()
                told = json.load(answer)
                connection.close()
                assert answer.status == 202, told
                self.answered[key] = told["id"]
                self.again += tries > 1
                return
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                if self.stop.is_set():
                    return
                time.sleep(0.02)


def crash(options):
    with tempfile.TemporaryDirectory() as folder:
        service = Service(options.binary, folder)
        stop = threading.Event()
        clients = [Client(service, number, stop) for number in range(options.clients)]
        for client in clients:
            client.start()
        for _ in range(options.rounds):
            time.sleep(random.uniform(0.2, 0.8))
            service.kill()
            service.start()
        time.sleep(1)
        stop.set()
        for client in clients:
            client.join()
        answered = {key: made for client in clients for key, made in client.answered.items()}
        rows = stored(os.path.join(service.data, "baonoi.db"), "SELECT submission_key, id FROM comments")
        kept = {}
        for key, made in rows:
            kept.setdefault(key, []).append(made)
        doctor = service.doctor()
        print(json.dumps({
            "rounds": options.rounds,
            "answered": len(answered),
            "answered_after_a_kill": sum(client.again for client in clients),
            "lost": sum(made not in kept.get(key, []) for key, made in answered.items()),
            "doubled": sum(len(made) > 1 for made in kept.values()),
            "kept_and_never_answered": len(kept) - len(answered),
            "log_holds": doctor.returncode == 0,
        }))
        service.kill(signal.SIGTERM)


def read(options):
    with tempfile.TemporaryDirectory() as folder:
        service = Service(options.binary, folder)
        service.kill(signal.SIGTERM)
        with sqlite3.connect(os.path.join(service.data, "baonoi.db")) as database:
            words = "Tôi đồng ý với bài viết này, mong tỉnh sớm làm đường cho bà con."
            comment_id = "019ad000-0000-7000-8000-{:012x}".format
            # Every fifth answers the one before it.
            rows = ((comment_id(n), service.article, "Mai", f"{words} {n}", "approved", n,
                     comment_id(n - 1) if n % 5 == 4 else None) for n in range(100_000))
            database.executemany("INSERT INTO comments (id, article_id, author, body, state, created_ms, parent_id) "
                                 "VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            database.execute("UPDATE articles SET approved_comments = 100000, approved_threads = 80000")
        service.start()
        host = service.address.removeprefix("http://")
        times = []

        def ask(first):
            connection = http.client.HTTPConnection(host)
            for n in range(first, options.seconds * 200, options.clients):
                time.sleep(max(0, begun + n / 200 - time.monotonic()))
                asked = time.monotonic()
                connection.request("GET", service.path)
                page = json.load(connection.getresponse())
                times.append(time.monotonic() - asked)
                assert page["total"] == 100_000 and len(page["comments"]) == 20

        begun = time.monotonic() + 0.5
        clients = [threading.Thread(target=ask, args=(number,)) for number in range(options.clients)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        times.sort()
        part = {name: round(times[int(len(times) * at)] * 1000, 1) for name, at in [("p50", 0.5), ("p99", 0.99)]}
        print(json.dumps({"asked": len(times), "a_second": round(len(times) / (time.monotonic() - begun)), "ms": part}))
        service.kill(signal.SIGTERM)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["rate", "crash", "read"])
    parser.add_argument("--binary", default="target/release/baonoi")
    parser.add_argument("--isso")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--isso-connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    {"rate": rate, "crash": crash, "read": read}[options.what](options)


if __name__ == "__main__":
    main()
