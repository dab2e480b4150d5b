#!/usr/bin/env python3
"""The endpoint's page of a running service in Chromium: it renders, unfolds, its links work, and nothing is said on the console.

Usage: page_test.py PROGRAM

Without Chromium it exits with 77, which CTest takes for a skipped test.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request

sys.path.append(str(pathlib.Path(__file__).parent.parent / "support"))
import browser as chromium  # noqa: E402

PROGRAM = ""
ROW = "[...document.querySelectorAll('tr')].find(row => row.innerText.includes('subscription'))"


class PageTest(unittest.TestCase):
    def setUp(self):
        self.service = subprocess.Popen([PROGRAM, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end_service)
        self.page = f"http://127.0.0.1:{int(self.service.stdout.readline())}/debug/tasks/"
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.browser = chromium.Browser(chromium.find(), pathlib.Path(folder.name) / "profile")
        self.addCleanup(self.browser.close)

    def end_service(self):
        self.service.communicate(timeout=60)
        self.assertEqual(self.service.returncode, 0)

    def leak(self, count, total):
        self.service.stdin.write("\n" * count)
        self.service.stdin.flush()
        tasks = -1
        while tasks != total:
            with urllib.request.urlopen(self.page + "count?format=json", timeout=60) as response:
                tasks = json.load(response)["tasks"]

    def follow(self, text):
        """Clicks on a link, and returns what is then to be read."""
        self.browser.events.clear()
        self.browser.ask(f"[...document.links].find(link => link.innerText === '{text}').click()")
        self.browser.await_load()
        return self.browser.ask("document.body.innerText")

    def test_it_shows_what_is_alive(self):
        self.leak(5, 5)
        self.browser.open(self.page)
        self.assertEqual(self.browser.ask("document.querySelector('h1').innerText"), "What is alive")
        cells = self.browser.ask(f"[...{ROW}.cells].map(cell => cell.innerText)")
        self.assertEqual(cells[:3], ["5", "task", '"subscription"'])
        self.assertNotIn("created by", cells[5])  # folded
        self.browser.ask(f"{ROW}.querySelector('summary').click()")
        self.assertIn("Subscribe()", self.browser.ask(f"{ROW}.querySelector('pre').innerText"))
        self.assertGreater(self.browser.ask(f"{ROW}.querySelector('pre').getBoundingClientRect().height"), 0)
        self.assertEqual(self.browser.complaints(), [])

    def test_the_counts_since_the_first_look_are_drawn(self):
        points = "[...document.querySelectorAll('polyline')].map(line => line.points.numberOfItems)"
        self.browser.open(self.page)
        first = self.browser.ask(points)
        self.browser.open(self.page)
        self.assertEqual(self.browser.ask(points), [count + 1 for count in first])
        self.assertEqual(len(first), 2)
        self.assertEqual(self.browser.complaints(), [])

    def test_its_links_work(self):
        self.browser.open(self.page)
        links = self.browser.ask("[...document.links].map(link => [link.innerText, link.href])")
        self.assertGreaterEqual(len(links), 9)
        for text, address in links:
            with urllib.request.urlopen(address, timeout=60) as response:
                self.assertTrue(response.read(), text)
        self.assertEqual(self.browser.complaints(), [])

    def test_what_changed_since_the_page_is_one_click_away(self):
        self.leak(5, 5)
        self.browser.open(self.page)
        self.leak(3, 8)
        self.assertRegex(self.follow("what changed since this page"), r'grew: 5 -> 8 tasks "subscription"')
        self.browser.open(self.page)
        self.assertIn("8 @ ", self.follow("stacks"))
        self.assertEqual(self.browser.complaints(), [])


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    chromium.find()
    unittest.main()
