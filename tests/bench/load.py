"""The load: some visitors, each with one kept connection, for some seconds. Only ever towards 127.0.0.1.

Run as a process of its own (``python -m tests.bench.load PORT PATH VISITORS SECONDS``); prints JSON with requests per
second and the latencies p50 and p95 in milliseconds. Visitors come without a session and read gzip, as browsers do;
with FRESH=1 they bring a session that does not exist, so that no kept copy is for them. HEADERS adds more, as JSON:
with If-None-Match they have what they ask for, and 304 is the right answer.
"""

import http.client
import json
import os
import statistics
import sys
import threading
import time

HEADERS = {"Accept-Encoding": "gzip"} | ({"Cookie": "sessionid=none"} if os.environ.get("FRESH") == "1" else {})
HEADERS |= json.loads(os.environ.get("HEADERS", "{}"))
RIGHT = 304 if "If-None-Match" in HEADERS else 200


def visit(port: int, path: str, until: float, times: list[float], failures: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.perf_counter() < until:
        started = time.perf_counter()
        connection.request("GET", path, headers=HEADERS)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - started)
        if answer.status != RIGHT:
            failures.append(answer.status)
    connection.close()


def measure(port: int, path: str, visitors: int, seconds: float) -> dict:
    times: list[float] = []
    failures: list[int] = []
    started = time.perf_counter()
    threads = [
        threading.Thread(target=visit, args=(port, path, started + seconds, times, failures)) for _ in range(visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    cuts = statistics.quantiles(times, n=20) if len(times) > 1 else times * 19
    return {
        "per_second": len(times) / elapsed,
        "p50": statistics.median(times) * 1000,
        "p95": cuts[18] * 1000,
        "failures": len(failures),
    }


if __name__ == "__main__":
    _name, port, path, visitors, seconds = sys.argv
    print(json.dumps(measure(int(port), path, int(visitors), float(seconds))))
