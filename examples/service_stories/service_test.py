#!/usr/bin/env python3
"""A service of the stories, leaky or fixed, under load: what the difference, the metrics, the signals, the watch and a core file show.

Usage: service_test.py PROGRAM push|cron|sentinel|shop leaky|fixed [TASKLEAK]
"""
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

PROGRAM = STORY = TASKLEAK = ""
LEAKY = False
HERE = pathlib.Path(__file__).parent
DEADLINE = 60
REQUESTS = 40
AT_WORK = 5  # the most that one request may have at work
# What stays: its name, how many of it for each request, its creator, as the metrics have it, and how many there are of it in the fixed form.
LEAKS = {
    "push": ("thread", "retransmit", 1, "push::Connection::Connection", 0),
    "cron": ("thread", "cron-settings", 1, "Subscription::Subscription", 1),
    "sentinel": ("thread", "checker", 3, "Sentinel::StartCheckers", 0),
    "shop": ("task", "order", 1, "Shop::PlaceOrder", 8),
}
# Where its threads are. A core file has no names of threads, and not the code that created them.
WAITS_IN = {"push": "Retransmit(", "cron": "Subscription::Wait(", "sentinel": "SizeOneQueue<bool>::Send("}


def await_true(condition):
    end = time.monotonic() + DEADLINE
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError("it did not happen")
        time.sleep(0.02)
    return result


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.process = subprocess.Popen([PROGRAM, STORY, "leaky" if LEAKY else "fixed", "0", self.folder.name, "100"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        self.errors = []
        self.reader = threading.Thread(target=lambda: self.errors.extend(self.process.stderr))
        self.reader.start()
        self.addCleanup(self.end)
        self.kind, self.name, self.each, self.creator, self.usual = LEAKS[STORY]

    def end(self):
        self.process.kill()  # a leaky one may not be able to end
        self.process.wait(timeout=DEADLINE)
        self.reader.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=DEADLINE) as response:
            return response.read().decode()

    def load(self, requests):
        subprocess.run([sys.executable, HERE / "load.py", self.url, f"--requests={requests}", "--rate=100"], check=True, timeout=DEADLINE)

    def capture(self):
        return int(re.search(r"^# capture (\d+) ", self.get("/debug/tasks/?debug=1"), re.MULTILINE)[1])

    def file(self, pattern):
        return await_true(lambda: next(iter(sorted(pathlib.Path(self.folder.name).glob(pattern))), None))

    def difference(self, base):
        """Returns the number of its units now, if that changed, and the difference."""
        text = self.get(f"/debug/tasks/diff?base={base}")
        growth = re.search(rf'(grew|appeared): \d+ -> (\d+) {self.kind}s "{self.name}"', text)
        return int(growth[2]) if growth else 0, text

    def wakings(self):
        """Returns how often the thread that answers signals has gone to sleep."""
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                if (task / "comm").read_text() == "taskleak-signal\n":
                    return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.MULTILINE)[1])
            except OSError:
                continue  # it has ended
        return 0

    def alive(self):
        """Returns the number of units with the leak's name, as the metrics count them by creator."""
        pattern = rf'^taskleak_units_by_site{{kind="{self.kind}",site="[^"]*{self.creator}",[^}}]*}} (\d+)$'
        return sum(map(int, re.findall(pattern, self.get("/debug/tasks/metrics"), re.MULTILINE)))

    def alive_after(self, requests):
        """Returns the number of its units after this number of requests."""
        return self.each * requests + (1 if STORY == "cron" else 0) if LEAKY else min(self.usual, requests)

    def suspected(self):
        found = re.search(r'^taskleak_suspected_leaks{reason="growth"} (\d+)$', self.get("/debug/tasks/metrics"), re.MULTILINE)
        return int(found[1]) if found else 0

    def test_the_metrics_and_the_difference_show_what_grows(self):
        self.load(1)  # what begins with the first request
        await_true(lambda: self.alive() == self.alive_after(1))
        base = self.capture()
        self.load(REQUESTS)
        expected = self.alive_after(REQUESTS + 1)
        await_true(lambda: self.alive() == expected)
        # A request that comes during a look shares that look, which may have begun before the last requests.
        if LEAKY:
            text = await_true(lambda: (found := self.difference(base))[0] >= REQUESTS * self.each and found[1])
            self.assertIn(self.creator, text)
        else:
            self.assertLessEqual(self.difference(base)[0], max(self.usual, AT_WORK))

    def test_the_watch_alarms_if_it_leaks(self):
        first = self.capture()
        if LEAKY:
            def alarmed():
                self.load(10)
                return self.suspected() > 0
            await_true(alarmed)
            alarm = await_true(lambda: next((line for line in self.errors if line.startswith("ALARM growth")), None))
            self.assertIn(f'"{self.name}"', alarm)
            self.assertIn(f'"{self.name}"', self.file("*-watch-*[0-9]Z.txt").read_text())
        else:
            while self.capture() < first + 30:  # looks, most of them the watch's
                self.load(10)
                self.assertEqual(self.suspected(), 0)
            self.assertEqual(self.errors, [])

    def test_the_minutes_before_the_alarm_show_what_grew_and_since_when(self):
        if not LEAKY:
            self.skipTest("nothing grows")
        self.capture()
        time.sleep(0.5)  # some looks before the growth begins
        begin = time.time()

        def alarmed():
            self.load(10)
            return self.suspected() > 0
        await_true(alarmed)
        page = self.file("*-watch-*-hour.html").read_text()
        data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])
        self.assertTrue(data["alarm"].startswith("growth: "))
        grown = next(each for each in data["series"] if each["by"] == "creator" and each["began"] is not None and self.creator in each["name"])
        self.assertGreaterEqual(grown["counts"][-1] - grown["lowest"], 10)
        self.assertGreater(data["times"][grown["began"]], begin - 1)
        self.assertIn(self.creator, self.get("/debug/tasks/hour"))

    def test_a_core_alone_shows_what_is_left(self):
        if not LEAKY or not TASKLEAK or not shutil.which("gcore"):
            self.skipTest("nothing is left, or there is no program that writes or reads a core")
        self.load(REQUESTS)
        await_true(lambda: self.alive() == self.alive_after(REQUESTS))
        core = pathlib.Path(self.folder.name) / "core"
        subprocess.run(["gcore", "-o", core, str(self.process.pid)], check=True, capture_output=True, timeout=DEADLINE)
        self.process.kill()
        dump = subprocess.run([TASKLEAK, "dump", "--format=json", "--core", f"{core}.{self.process.pid}", PROGRAM], check=True, capture_output=True,
                              text=True, timeout=DEADLINE)
        groups = [group for group in json.loads(dump.stdout)["tests"][0]["groups"] if group["kind"] == self.kind]
        if self.kind == "task":
            left = sum(unit["name"] == self.name for group in groups for unit in group["units"])
        else:
            left = sum(place["count"] for group in groups for place in group["places"] if any(WAITS_IN[STORY] in frame["function"] for frame in place["stack"]))
        self.assertEqual(left, self.alive_after(REQUESTS))

    def test_signals_record_what_grows(self):
        before = await_true(self.wakings)
        self.process.send_signal(signal.SIGUSR2)
        await_true(lambda: self.wakings() > before + 50)  # it records
        self.load(REQUESTS)
        self.process.send_signal(signal.SIGUSR2)
        self.file("*-tasks-*.pb.gz")
        text = self.file("*-tasks-*.txt").read_text()
        growth = re.search(rf'(grew|appeared): (\d+) -> (\d+) {self.kind}s "{self.name}"', text)
        if LEAKY:
            self.assertIsNotNone(growth, text)
            self.assertGreaterEqual(int(growth[3]) - int(growth[2]), REQUESTS * self.each // 2, text)
        elif growth is not None:
            self.assertLessEqual(int(growth[3]), max(self.usual, AT_WORK), text)


if __name__ == "__main__":
    PROGRAM, STORY, form = sys.argv[1:4]
    TASKLEAK = sys.argv[4] if len(sys.argv) > 4 else ""
    LEAKY = form == "leaky"
    unittest.main(argv=sys.argv[:1])
