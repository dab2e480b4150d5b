#!/usr/bin/env python3
"""The endpoint of a running service, over HTTP.

Usage: service_test.py PROGRAM
"""
import concurrent.futures
import json
import pathlib
import re
import socket
import subprocess
import sys
import unittest
import urllib.request

PROGRAM = ""


class Service:
    def __enter__(self):
        self.process = subprocess.Popen([PROGRAM, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.status = self.process.wait(timeout=60)
        self.process.stdout.close()

    def leak(self, count):
        self.process.stdin.write("\n" * count)
        self.process.stdin.flush()
        while json.loads(self.get("/debug/tasks/count?format=json"))["tasks"] < count:
            pass

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as response:
            return response.read().decode()


class ServiceTest(unittest.TestCase):
    def test_a_leak_is_found_by_the_difference(self):
        with Service() as service:
            base = re.search(r"^# capture (\d+) ", service.get("/debug/tasks/?debug=1"), re.MULTILINE)[1]
            service.leak(30)
            text = service.get(f"/debug/tasks/diff?base={base}")
            self.assertRegex(text, r'(appeared|grew): \d+ -> 30 tasks "subscription"')
            self.assertIn("Subscribe()", text)
            self.assertIn("taskleak_tasks 30\n", service.get("/debug/tasks/metrics"))
            self.assertIn("30 @ ", service.get("/debug/tasks/?debug=1"))
        self.assertEqual(service.status, 0)

    def test_a_thousand_connections_that_say_nothing_do_not_stop_the_service(self):
        with Service() as service:
            silent = []
            for _ in range(1000):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", service.port))
                silent.append(one)
            service.process.stdin.write("\n")  # the service itself goes on
            service.process.stdin.flush()
            for one in silent:
                one.close()
            self.assertIn("tasks 1\n", service.get("/debug/tasks/count"))
        self.assertEqual(service.status, 0)

    def test_many_requests_at_once_leave_its_memory_bounded(self):
        def rss(process):
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            return int(status.split("VmRSS:")[1].split()[0])
        with Service() as service, concurrent.futures.ThreadPoolExecutor(50) as pool:
            service.leak(100)
            list(pool.map(service.get, ["/debug/tasks/"] * 200))
            before = rss(service.process)
            list(pool.map(service.get, ["/debug/tasks/"] * 1000))
            self.assertLess(rss(service.process), before + 20_000)
        self.assertEqual(service.status, 0)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
