#!/usr/bin/env python3
"""The endpoint's pages in Chromium: those of a running service, and made-up ones of every size.

Usage: page_test.py SERVICE_PROGRAM MADE_PAGE_PROGRAM

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
import page_checks  # noqa: E402

SERVICE = MADE_PAGE = ""
ROW = "[...document.querySelectorAll('details.row')].find(row => row.innerText.includes('Subscribe'))"


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.browser = chromium.Browser(chromium.find(), cls.folder / "profile")

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.temporary.cleanup()

    def setUp(self):
        self.browser.look(1400, False)

    def settle(self):
        self.browser.ask("new Promise(done => setTimeout(done, 50))")


class MadePageTest(BrowserTest):
    def made(self, kind, count):
        page = self.folder / f"{kind}-{count}.html"
        page.write_bytes(subprocess.run([MADE_PAGE, kind, str(count)], capture_output=True, check=True).stdout)
        return page.as_uri()

    def test_every_page_is_readable_everywhere(self):
        axe = page_checks.find_axe()
        for kind, count, rows in (("live", 1, 2), ("live", 20, 40), ("live", 2000, 2000), ("group", 5, 2), ("diff", 60, 6), ("diff", 1, 1), ("hour", 1, 3), ("hour", 60, 64)):
            self.assertEqual(page_checks.problems(self.browser, self.made(kind, count), rows, axe, f"{kind} {count}"), [])

    def test_kinds_that_one_creator_made_have_a_row_each(self):
        self.browser.open(self.made("live", 1))
        rows = self.browser.ask("[...document.querySelectorAll('.row > summary')].map(row => row.innerText.replace(/\\s+/g, ' '))")
        self.assertEqual(len(rows), 2)
        for row, parts in zip(rows, (("16 threads", "a condition variable", "push::Session0::Wait", "session.cc:40", "push::Run0"),
                                     ("16 threads", '"reader"', "something to read", "push::Session1::Wait", "session.cc:41", "push::Run1"))):
            for part in parts + ("server.cc:80", "alive for", "+3 since the last look", "grew by 12 in 5 looks"):
                self.assertIn(part, row)

    def test_suspicious_rows_come_first_with_their_reason(self):
        self.browser.open(self.made("live", 20))
        marks = self.browser.ask("[...document.querySelectorAll('.row')].map(row => [...row.querySelectorAll('.badge')].map(each => each.innerText).join())")
        self.assertEqual([mark.split(" ")[0] for mark in marks[:8]], ["deadlock", "", "grew", "grew", "grew", "grew", "oldest", ""])
        self.assertEqual(set(marks[8:]), {""})

    def test_a_row_has_a_sparkline_of_the_last_looks(self):
        self.browser.open(self.made("live", 1))
        line = "document.querySelector('.row .spark')"
        self.assertEqual(self.browser.ask(f"{line}.getAttribute('aria-label')"), "counts of the last looks: 4, 7, 10, 13, 16")
        self.assertEqual(self.browser.ask(f"{line}.querySelector('polyline').points.numberOfItems"), 5)

    def test_the_page_of_a_group_has_all_stacks_and_every_unit(self):
        self.browser.open(self.made("group", 5))
        text = self.browser.ask("document.body.innerText")
        for part in ("push::Server::Accept0(int)", "push::Session0::Wait(std::unique_lock<std::mutex>&)", "push::Run1()"):
            self.assertIn(part, text)
        self.assertEqual(self.browser.ask("document.querySelectorAll('tbody tr').length"), 32)


    def test_the_last_hour_shows_when_the_growth_began(self):
        self.browser.open(self.made("hour", 20))
        text = self.browser.ask("document.body.innerText")
        self.assertIn("growth: 186 in 6 looks", text)
        rows = self.browser.ask("[...document.querySelectorAll('#creators .row')].map(row => [row.innerText.replace(/\\s+/g, ' '), row.open])")
        self.assertEqual(len(rows), 20)
        for text, _ in rows[:2]:  # the two that grow
            for part in ("push::Server::Accept", "server.cc:", "from ", "min before the last look"):
                self.assertIn(part, text)
        self.assertNotIn("before the last look", rows[2][0])
        self.assertTrue(rows[0][1])
        self.assertEqual(self.browser.ask("document.querySelectorAll('.row[open] .chart .began').length > 0"), True)
        self.assertEqual(self.browser.complaints(), [])


class ServicePageTest(BrowserTest):
    def setUp(self):
        super().setUp()
        self.service = subprocess.Popen([SERVICE, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end_service)
        self.page = f"http://127.0.0.1:{int(self.service.stdout.readline())}/debug/tasks/"

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
        """Clicks on a link, and returns the text of the new page."""
        self.browser.events.clear()
        self.browser.ask(f"[...document.links].find(link => link.innerText.startsWith('{text}')).click()")
        self.browser.await_load()
        self.settle()
        return self.browser.ask("document.body.innerText")

    def test_it_shows_what_is_alive(self):
        self.leak(5, 5)
        self.browser.open(self.page)
        self.assertEqual(self.browser.ask("document.querySelector('h1').innerText"), "What is alive")
        summary = " ".join(self.browser.ask(f"{ROW}.querySelector('summary').innerText").split())
        for part in ('5 tasks "subscription"', "Subscribe", "service.cc", "its start", "first look"):
            self.assertIn(part, summary)
        self.browser.ask(f"{ROW}.querySelector('summary').click()")
        self.settle()
        self.assertIn("Subscribe()", self.browser.ask(f"{ROW}.querySelector('.stacks').innerText"))
        self.assertEqual(self.browser.complaints(), [])

    def test_loading_it_again_keeps_what_is_unfolded_and_shows_the_change(self):
        self.leak(5, 5)
        self.browser.open(self.page)
        self.browser.ask(f"{ROW}.querySelector('summary').click()")
        self.settle()
        self.leak(3, 8)
        self.browser.events.clear()
        self.browser.ask("document.getElementById('now').click()")
        self.browser.await_load()
        self.assertEqual(self.browser.ask(f"{ROW}.querySelector('.count b').innerText"), "8")
        self.assertIn("+3 since the last look", self.browser.ask(f"{ROW}.innerText"))
        self.assertTrue(self.browser.ask(f"{ROW}.open"))
        self.assertEqual(self.browser.ask("document.querySelectorAll('.row[open]').length"), 1)
        self.assertEqual(self.browser.complaints(), [])

    def test_the_counts_since_the_first_look_are_drawn(self):
        points = "[...document.querySelectorAll('.facts polyline')].map(line => line.points.numberOfItems)"
        self.browser.open(self.page)
        self.browser.open(self.page)
        first = self.browser.ask(points)
        self.browser.open(self.page)
        self.assertEqual(self.browser.ask(points), [count + 1 for count in first])
        self.assertEqual(len(first), 2)

    def test_its_links_work(self):
        self.browser.open(self.page)
        links = self.browser.ask("[...document.links].map(link => [link.innerText, link.href])")
        self.assertGreaterEqual(len(links), 9)
        for text, address in links:
            with urllib.request.urlopen(address.replace("seconds=10", "seconds=1"), timeout=60) as response:
                self.assertTrue(response.read(), text)
        self.assertEqual(self.browser.complaints(), [])

    def test_what_changed_since_the_page_and_one_group_are_one_click_away(self):
        self.leak(5, 5)
        self.browser.open(self.page)
        self.leak(3, 8)
        changed = " ".join(self.follow("What changed since this page").split())
        self.assertRegex(changed, r'grew.* 8 tasks "subscription".* 5 → 8 3 of them new')
        self.browser.ask(f"{ROW}.querySelector('summary').click()")
        self.settle()
        group = self.follow("A page of its own")
        self.assertIn("8\nalive", group.replace(" alive", "\nalive"))
        self.assertIn("Subscribe()", group)
        self.assertEqual(self.browser.complaints(), [])


if __name__ == "__main__":
    MADE_PAGE, SERVICE = sys.argv.pop(2), sys.argv.pop(1)
    chromium.find()
    unittest.main()
