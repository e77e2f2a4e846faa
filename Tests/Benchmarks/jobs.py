"""Jobs: how fast they are taken, how soon they start, and what a server with many of them needs."""

import contextlib
import datetime
import http.client
import json
import signal
import statistics
import subprocess
import time
import urllib.parse
from pathlib import Path

import inputs
from harness import Result, fresh, say, seconds

#: Submissions as clients send them, each another job: what is waited for never comes about, so that none of them starts.
LOAD = """
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer %(token)s"
wrk.headers["Content-Type"] = "application/json"
local number = 0
function request()
  number = number + 1
  return wrk.format(nil, "/api/v1/jobs", nil, string.format(
    '{"command":["true"],"name":"load-%%d","labels":{"schema":"s%%d","table":"t%%d"}%(more)s}',
    number, number %% 17, number %% 101))
end
function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"p50":%%g,"p99":%%g,"requests":%%d,"seconds":%%g,"errors":%%d}', latency:percentile(50) / 1e6,
    latency:percentile(99) / 1e6, summary.requests, summary.duration / 1e6,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
"""


class Server:
    """`chidori serve` with a data folder of its own, on loopback."""

    def __init__(self, data: Path):
        self.data = data
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [inputs.CHIDORI, "serve", "--data", self.data, "--listen", "127.0.0.1:0", "--json"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = next(json.loads(line)["url"] for line in self.process.stdout if '"listening"' in line)
        self.token = (self.data / "admin.token").read_text().strip()
        self.asked = time.monotonic()
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=60)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def ask(self, method: str, path: str, body: dict | None = None) -> dict:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if time.monotonic() - self.asked > 30:
            self.connection.close()  # The server closes what says nothing for a minute.
        self.asked = time.monotonic()
        self.connection.request(method, f"/api/v1{path}", json.dumps(body) if body else None, headers)
        response = self.connection.getresponse()
        answer = json.loads(response.read())
        if response.status >= 300:
            raise SystemExit(f"{method} {path}: {answer}")
        return answer

    def end(self, job: str) -> dict:
        while (answer := self.ask("GET", f"/jobs/{job}"))["state"] not in ("succeeded", "failed", "killed"):
            time.sleep(0.02)
        return answer

    def load(self, folder: Path, duration: int, more: str = "") -> dict:
        script = folder / "load.lua"
        script.write_text(LOAD % {"token": self.token, "more": more})
        output = subprocess.run(
            ["wrk", "-t1", "-c32", f"-d{duration}s", "-s", script, self.url], check=True, capture_output=True, text=True)
        return json.loads(output.stdout.splitlines()[-1])

    def memory(self) -> int:
        """Bytes that it has in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


@contextlib.contextmanager
def serving(data: Path):
    server = Server(data)
    try:
        yield server
    finally:
        server.stop()


def doomed(server: Server) -> str:
    """What makes a submission end at once, without a driver: it waits for the success of what has failed."""
    job = server.ask("POST", "/jobs", {"command": ["false"]})["id"]
    server.end(job)
    return f',"dependencies":["{job}"]'


def submissions(folder: Path, runs: int, peers: bool) -> list[Result]:
    """durable submissions a second over HTTP, with what makes them beside it"""
    if peers:
        return []
    results = []
    for place, where in [(folder, "tmpfs"), (fresh(inputs.KEPT / "submissions"), "disk")]:
        rates, tails = [], []
        for number in range(runs + 1):
            with serving(place / f"data-{number}") as server:
                # One driver occupies the only place: what comes is kept, and waits.
                server.ask("PUT", "/caps", {"drivers": 1})
                blocker = server.ask("POST", "/jobs", {"command": ["sleep", "1000"]})["id"]
                measured = server.load(folder, 5)
                server.ask("POST", f"/jobs/{blocker}/kill")
                server.end(blocker)
            if measured["errors"]:
                raise SystemExit(f"{measured['errors']} submissions were not taken")
            rate = measured["requests"] / measured["seconds"]
            say(f"    {where} {number}/{runs}: {rate:.0f}/s, p50 {measured['p50']:.4f} s, p99 {measured['p99']:.4f} s")
            if number:
                rates.append(rate)
                tails.append(measured["p99"])
            fresh(place / f"data-{number}")
        rate, tail = statistics.median(rates), statistics.median(tails)
        results.append(Result(
            "submissions", f"durable submissions over HTTP, 32 connections, `wrk` beside it, {where}",
            f"{rate:,.0f}/s, p99 {seconds(tail)}", "", "", "≥ 2,000/s, p99 ≤ 50 ms", rate >= 2000 and tail <= 0.05, runs))
    return results


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def start(folder: Path, runs: int, peers: bool) -> list[Result]:
    """from a job's submission to its driver's process, with its environment ready"""
    if peers:
        return []
    data, count = folder / "data", 100
    recipe = folder / "empty.yaml"
    recipe.write_text(f"name: empty\npython: {{version: '{inputs.PYTHON}'}}\n")
    subprocess.run([inputs.CHIDORI, "env", "build", recipe, "--data", data, "--quiet"], check=True)
    times = []
    with serving(data) as server:
        for number in range(count + 1):
            job = server.ask("POST", "/jobs", {"command": ["python", "-c", "pass"], "environment": "empty"})["id"]
            end = server.end(job)
            if end["state"] != "succeeded":
                raise SystemExit(f"{end['state']}: {end['message']}")
            if number:
                times.append((moment(end["startedAt"]) - moment(end["createdAt"])).total_seconds())
            time.sleep(0.05)
    times.sort()
    median = statistics.median(times)
    say(f"    p50 {median:.4f} s, p90 {times[count * 9 // 10]:.4f} s, at most {times[-1]:.4f} s")
    return [Result("start", f"submission → driver's process, environment ready, idle server, {count} jobs",
                   f"p50 {seconds(median)}, p90 {seconds(times[count * 9 // 10])}", "", "", "p50 ≤ 30 ms",
                   median <= 0.03, count)]


def stored(folder: Path, runs: int, peers: bool) -> list[Result]:
    """a server at rest with 100,000 jobs, and its lists"""
    if peers:
        return []
    data, wanted = folder / "data", 100_000
    with serving(data) as server:
        more = doomed(server)
        taken = 0
        while taken < wanted:
            taken += server.load(folder, 5, more)["requests"]
            say(f"    {taken} jobs")
        while server.ask("GET", "/jobs?state=accepted,queued&limit=1")["jobs"]:
            time.sleep(0.2)
    with serving(data) as server:
        time.sleep(3)
        memory = server.memory()
        newest = server.ask("GET", "/jobs?limit=1")["jobs"][0]
        then = urllib.parse.quote(newest["createdAt"])
        queries = ["", "state=failed", "state=succeeded", "queue=default", "queue=other", "user=admin", "schema=s3",
                   "table=t50", "schema=s3&table=t50", "label=schema%3Ds5", "environment=none", f"createdBefore={then}",
                   f"createdAfter={then}", "text=load-4711", "text=load", "text=nowhere", "state=failed&text=load-99",
                   "state=failed&queue=default&user=admin&schema=s1"]
        times = []
        for query in queries:
            own = []
            for _ in range(20):
                begin = time.perf_counter()
                server.ask("GET", f"/jobs?limit=50&{query}")
                own.append(time.perf_counter() - begin)
            say(f"    {query or 'all':50} median {statistics.median(own) * 1000:6.1f} ms, at most {max(own) * 1000:6.1f} ms")
            times += own
        after = server.memory()
    times.sort()
    tail = times[len(times) * 99 // 100]
    return [
        Result("stored", f"server at rest with {taken:,} stored jobs; after its lists",
               f"{memory >> 20} MiB; {after >> 20} MiB", "", "", "≤ 100 MiB", max(memory, after) <= 100 << 20, 1),
        Result("stored", f"list of 50 of them, by {len(queries)} filters", f"p99 {seconds(tail)}", "", "",
               "p99 ≤ 20 ms", tail <= 0.02, len(times)),
    ]


SCENARIOS = {"submissions": submissions, "start": start, "stored": stored}
