#!/usr/bin/env python3
"""What a service says of its threads that cannot continue, over HTTP.

Usage: stuck_test.py PROGRAM
"""
import json
import re
import subprocess
import sys
import time
import unittest
import urllib.request

PROGRAM = ""
DEADLINE = 60


class StuckTest(unittest.TestCase):
    def start(self, how):
        self.process = subprocess.Popen([PROGRAM, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/debug/tasks"

    def end(self):
        self.process.kill()
        self.process.communicate(timeout=DEADLINE)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=DEADLINE) as response:
            return response.read().decode()

    def await_stuck(self, is_it):
        """Asks until the answer is the one: a thread may not be in its place yet."""
        end = time.monotonic() + DEADLINE
        while not is_it(answer := json.loads(self.get("/stuck?format=json"))):
            self.assertLess(time.monotonic(), end, answer)
        return answer

    def await_text(self, part):
        end = time.monotonic() + DEADLINE
        while part not in (answer := self.get("/stuck")):
            self.assertLess(time.monotonic(), end, answer)

    def metric(self, name, **labels):
        lines = re.findall(rf"^{name}({{.*}})? (\d+)$", self.get("/metrics"), re.MULTILINE)
        return sum(int(value) for found, value in lines if all(f'{key}="{text}"' in found for key, text in labels.items()))

    def await_metric(self, least, name, **labels):
        end = time.monotonic() + DEADLINE
        while self.metric(name, **labels) < least:
            self.assertLess(time.monotonic(), end, self.get("/metrics"))

    def test_if_every_thread_waits_for_another_all_are_stuck(self):
        self.start("asleep")
        answer = self.await_stuck(lambda found: len(found["stuck"]) == 2)
        self.assertEqual({each["reason"] for each in answer["stuck"]}, {"all_asleep"})
        self.assertEqual(answer["unknown"], {"threads": 0, "tasks": 0, "because": ""})
        self.assertTrue(any("AwaitJob" in frame["function"] for each in answer["stuck"] for frame in each["stack"]), answer)
        self.await_text("2 threads cannot continue\n")
        self.await_metric(2, "taskleak_stuck_units", kind="thread", reason="all_asleep")

    def test_a_handler_of_a_signal_may_wake_them(self):
        self.start("handled")
        answer = self.await_stuck(lambda found: "handle" in found["unknown"]["because"] and found["unknown"]["threads"] == 2)
        self.assertEqual(answer["stuck"], [])
        self.assertEqual(self.metric("taskleak_stuck_units"), 0)

    def test_a_thread_that_waits_for_input_may_wake_them(self):
        self.start("busy")
        answer = self.await_stuck(lambda found: "waiting to read" in found["unknown"]["because"])
        self.assertEqual(answer["stuck"], [])
        self.assertRegex(answer["unknown"]["because"], r'^one of them, thread \d+ ".*", may continue by itself \(waiting to read\), and may wake the others$')
        self.await_text("nothing is shown to be stuck\n\nnothing is known about 2 threads: one of them, thread ")

    def test_a_deadlock_is_stuck_while_the_service_answers(self):
        self.start("deadlock")
        # A capture from before the deadlock closed does not have it; then all are asleep.
        answer = self.await_stuck(lambda found: [each["reason"] for each in found["stuck"]] == ["deadlock", "deadlock"])
        self.assertEqual({each["state"] for each in answer["stuck"]}, {"mutex"})
        self.assertEqual(sorted(each["held_by"]["id"] for each in answer["stuck"]), sorted(each["ids"][0] for each in answer["stuck"]))
        self.assertRegex(self.get("/stuck"), r"2 threads cannot continue\n\nin a circle: .*\n  1 thread .* \((\d+)\), mutex: [^\n]*, held by (\d+), ")
        self.await_metric(2, "taskleak_stuck_units", kind="thread", reason="deadlock")
        self.assertGreaterEqual(json.loads(self.get("/hour?format=json"))["threads"][-1], 2)  # the watch keeps counts

    def test_a_job_that_runs_for_too_long_is_reported_with_its_stack_while_it_runs(self):
        self.start("stall")
        alarm = self.process.stdout.readline()
        self.assertRegex(alarm, r'^stall: task \d+ "query" has run on thread \d+ for more than \d+\.\d+ s: .*AskDatabase\(.*\) \(.*stuck_service.cc:\d+\)$')
        self.await_metric(1, "taskleak_stalls_total")
        self.await_metric(1, "taskleak_suspected_leaks", reason="stall")
        self.assertEqual(self.metric("taskleak_stalls_total"), 1)  # short jobs are none


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
