#!/usr/bin/env python3
"""The Grafana dashboard and the alerts name only metrics that a service has.

Usage: dashboard_test.py PROGRAM FOLDER_OF_LIVE
"""
import json
import pathlib
import re
import subprocess
import sys
import unittest
import urllib.request

PROGRAM = ""
LIVE = pathlib.Path()


def scraped():
    """Returns the names of the samples that the service can have."""
    process = subprocess.Popen([PROGRAM, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    port = int(process.stdout.readline())
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/debug/tasks/metrics", timeout=60) as response:
        text = response.read().decode()
    process.communicate(timeout=60)
    types = re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
    return {name + ("_total" if kind == "counter" else "") for name, kind in types}


def queries(node):
    """Returns all PromQL in a dashboard."""
    if isinstance(node, list):
        for each in node:
            yield from queries(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and key in ("expr", "definition"):
                yield value
            else:
                yield from queries(value)


class DashboardTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = scraped()

    def check(self, text):
        used = set(re.findall(r"\btaskleak_\w+", text))
        self.assertTrue(used)
        self.assertLessEqual(used, self.names)
        return used

    def test_the_dashboard_queries_metrics_that_exist(self):
        dashboard = json.loads((LIVE / "grafana/taskleak.json").read_text())
        used = set()
        for query in queries(dashboard):
            used |= self.check(query)
        self.assertEqual(used, self.names)  # and none is left out
        numbers = [panel["id"] for panel in dashboard["panels"]]
        self.assertEqual(len(numbers), len(set(numbers)))
        for panel in dashboard["panels"]:
            self.assertTrue(panel["targets"], panel["title"])

    def test_the_alerts_query_metrics_that_exist(self):
        for query in re.findall(r"expr: (.*(?:\n {10}.*)*)", (LIVE / "alerts.yml").read_text()):
            self.check(query)


if __name__ == "__main__":
    PROGRAM, LIVE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
    unittest.main()
