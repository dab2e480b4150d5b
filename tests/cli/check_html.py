#!/usr/bin/env python3
"""Opens the HTML files of taskleak in Chromium and uses them: they render, filter, group, fold, print, and pass page_checks.

Usage: check_html.py TASKLEAK_PROGRAM

Without Chromium it exits with 77, which CTest takes for a skipped test.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).parent.parent / "support"))
import browser as chromium  # noqa: E402
import made_report  # noqa: E402
import page_checks  # noqa: E402

PROGRAM = ""
SHOWN = "[...document.querySelectorAll('details.row')].filter(each => each.offsetParent !== null).length"
OPEN = "document.querySelectorAll('details.row[open]').length"


class ReportPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.browser = chromium.Browser(chromium.find(), cls.folder / "profile")
        cls.axe = page_checks.find_axe()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.temporary.cleanup()

    def taskleak(self, *arguments):
        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)

    def page(self, document, *options):
        report, page = self.folder / "report.json", self.folder / "report.html"
        report.write_text(json.dumps(document))
        self.taskleak("report", "--format=html", f"--output={page}", *options, report)
        return page.as_uri()

    def open(self, document, *options):
        self.browser.look(1400, False)
        self.browser.open(self.page(document, *options))
        self.browser.ask(page_checks.SETTLED % sum(len(test["groups"]) for test in document["tests"]))

    def row(self, number, part):
        return self.browser.ask(f"document.querySelectorAll('details.row')[{number}].querySelector('{part}').innerText")

    def set_filter(self, text):
        self.browser.ask(f"(() => {{ const f = document.getElementById('filter'); f.value = {json.dumps(text)}; f.dispatchEvent(new Event('input')); }})()")

    def choose(self, grouping):
        self.browser.ask(f"(() => {{ const g = document.getElementById('grouping'); g.value = '{grouping}'; g.dispatchEvent(new Event('change')); }})()")

    def test_every_size_is_readable_everywhere(self):
        for count in (1, 20, 2000):
            wrong = page_checks.problems(self.browser, self.page(made_report.report(count)), count, self.axe, f"report {count}")
            self.assertEqual(wrong, [])

    def test_the_page_of_a_fleet_is_readable_everywhere(self):
        for count in (1, 20, 2000):
            page, report = self.folder / "fleet.html", self.folder / "dump.json"
            report.write_text(json.dumps(made_report.report(count)))
            self.taskleak("fleet", "--top=0", "--format=html", f"--output={page}", report)
            creators = json.loads(subprocess.run([PROGRAM, "fleet", "--format=json", report], capture_output=True, check=True).stdout)["all_sites"]
            self.assertEqual(page_checks.problems(self.browser, page.as_uri(), creators, self.axe, f"fleet {count}"), [])
        row = " ".join(self.browser.ask("document.querySelector('.row').innerText").split())
        for part in ("blocked threads", "created by", "waits in", "waits for", "1 of 1 process"):
            self.assertIn(part, row)

    def test_a_run_of_two_thousand_tests_with_one_leak_has_a_short_timeline(self):
        self.open(made_report.report(1, tests=2000))
        self.assertEqual(self.browser.ask("document.querySelectorAll('#timeline .leak').length"), 1)
        self.assertLess(self.browser.ask("document.querySelectorAll('#timeline li').length"), 5)
        self.assertIn("1999 tests without leaks", self.browser.ask("document.getElementById('timeline').innerText"))
        self.browser.ask("document.querySelector('#timeline summary').click()")
        self.browser.ask("new Promise(done => setTimeout(done, 50))")
        self.assertEqual(self.browser.ask("document.querySelectorAll('#timeline .clean li').length"), 1999)

    def test_a_row_says_who_created_it_where_it_waits_for_what_and_in_which_test(self):
        self.open(made_report.report(2))
        self.choose("none")
        text = self.browser.ask("[...document.querySelectorAll('details.row > summary')].map(each => each.innerText).find(each => each.includes('8'))")
        for part in ("8\nthreads", "store::Shard0::Start", "shard.cc:42", "store::Shard1::WaitForWork", "shard_1.cc:61", "a mutex", "0x55d0c0de1040",
                     "StoreTest.KeepsWhatWasWrittenBeforeTheRestart1", "for 41 ms"):
            self.assertIn(part.replace("\n", " "), " ".join(text.split()))

    def test_a_row_of_a_descriptor_says_what_it_is_open_on_and_in_which_test_it_was_opened(self):
        document = made_report.report(2)
        found = document["tests"][0]["groups"][0]
        unit = {"id": 7, "name": "socket:[4711]", "state": "open", "detail": "TCP 127.0.0.1:8080", "waits_at": "", "held_by": None, "age_ms": 0}
        found.update(kind="descriptor", count=1, state="open", detail=unit["detail"], units=[unit], stack=[], created_by=[], deadlock=False,
                     places=[{"count": 1, "state": "open", "detail": unit["detail"], "stack": []}])
        document["tests"][0]["deadlocks"] = []
        self.open(document)
        self.assertIn("descriptors", " ".join(self.browser.ask("document.getElementById('summary').innerText").split()))
        row = "[...document.querySelectorAll('details.row')].find(each => each.innerText.includes('descriptor'))"
        self.browser.ask(f"{row}.querySelector('summary').click()")
        self.browser.ask("new Promise(done => setTimeout(done, 50))")
        text = " ".join(self.browser.ask(f"{row}.innerText").split())
        for part in ('1 descriptor "socket:[4711]"', "code to close it", "TCP 127.0.0.1:8080", "Opened in ", "Still open: TCP 127.0.0.1:8080", "ids 7"):
            self.assertIn(part, text)
        self.assertNotIn("alive", text)

    def test_what_is_only_alive_is_no_leak_in_the_head(self):
        document = made_report.report(2)
        summary = "document.getElementById('summary').innerText"
        self.open(document)
        leaks = self.browser.ask(summary)
        look = {"test": "the whole run", "verdict": "alive", "waited_ms": 0, "could_not_look": "", "groups": [made_report.group(7, "")], "deadlocks": []}
        document["tests"].append(look)
        self.open(document)
        self.assertEqual(self.browser.ask(summary), leaks)
        document["tests"] = [look]
        self.open(document)
        self.assertEqual(self.browser.ask("document.querySelector('h1').innerText"), "What is alive")

    def test_a_thread_that_has_only_the_programs_name_has_none(self):
        self.open(made_report.report(20))
        self.assertNotIn(made_report.PROGRAM[:15] + '"', self.browser.ask("document.body.innerText"))
        self.assertIn('"shard-2"', self.browser.ask("document.body.innerText"))

    def test_the_most_important_comes_first(self):
        self.open(made_report.report(20))
        self.choose("none")
        badges = self.browser.ask("[...document.querySelectorAll('details.row')].map(row => (row.querySelector('.badge') || {}).innerText || '')")
        self.assertEqual(badges[:4], ["deadlock", "deadlock", "in a test that hangs", ""])
        counts = self.browser.ask("[...document.querySelectorAll('details.row .count b')].slice(3).map(each => Number(each.innerText))")
        self.assertEqual(counts, sorted(counts, reverse=True))

    def test_a_hang_outside_of_a_tests_body_names_what_hangs(self):
        document = made_report.report(3)
        document["tests"][2]["phase"] = "SetUpTestSuite"
        self.open(document)
        self.assertEqual(self.browser.ask("[...document.querySelectorAll('.badge')].map(each => each.innerText)[1]"), "hangs in SetUpTestSuite")

    def test_rows_are_grouped_by_creator_or_by_test(self):
        document = made_report.report(6)
        document["tests"].append(dict(document["tests"][0], groups=[dict(made_report.group(1, "x"), signature="abc")], deadlocks=[]))
        self.open(document)
        cards = "[...document.querySelectorAll('.card')].map(card => card.querySelectorAll('.row').length)"
        self.assertEqual(sum(self.browser.ask(cards)), 7)
        self.assertIn(4, self.browser.ask(cards))
        self.choose("test")
        self.assertEqual(sorted(self.browser.ask(cards)), [1, 1, 1, 1, 1, 2])

    def test_an_unfolded_row_has_both_stacks_the_hint_and_rules_to_copy(self):
        self.open(made_report.report(1))
        self.browser.ask("document.querySelector('.row > summary').click()")
        self.browser.ask("new Promise(done => setTimeout(done, 50))")
        left, right = self.browser.ask("[...document.querySelectorAll('.row .stacks > div')].map(each => each.getBoundingClientRect().toJSON())")
        self.assertEqual(left["top"], right["top"])
        self.assertLessEqual(left["right"], right["left"])
        body = self.row(0, ".body")
        for part in ("Hint: stop and join", "TestBody()", "store::Shard0::WaitForWork()", "signature:000000000000"):
            self.assertIn(part, body)
        self.browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        self.browser.ask("document.querySelectorAll('.copy')[1].click()")
        self.browser.ask("new Promise(done => setTimeout(done, 50))")
        self.assertEqual(self.browser.ask("document.querySelectorAll('.copy')[1].innerText"), "Copied")

    def test_each_edge_of_a_deadlock_names_its_lock_and_both_lines(self):
        self.open(made_report.report(1))
        edges = self.browser.ask("[...document.querySelectorAll('.edge')].map(each => each.innerText.replace(/\\s+/g, ' '))")
        self.assertEqual(edges[0], 'waits for mutex 0x55c003e8, which thread 2 "audit" holds bank::Transfer src/bank.cc:20 → bank::Audit src/bank.cc:22')
        self.assertEqual(len(edges), 2)
        height = self.browser.ask("document.querySelector('.deadlock').getBoundingClientRect().height")
        self.assertLess(height, 350)

    def test_a_circle_of_coroutines_is_one_of_tasks(self):
        document = made_report.report(1)
        document["tests"][0]["deadlocks"][0]["of"] = "task"
        self.open(document)
        self.assertTrue(self.browser.ask("document.querySelector('.edge').innerText").startswith('awaits task 2 "audit"'))
        self.assertEqual(self.browser.ask("document.querySelectorAll('.node a').length"), 0)  # the threads with these ids are others

    def test_a_bar_of_the_timeline_leads_to_its_leak(self):
        self.open(made_report.report(20))
        name = self.browser.ask("(() => { const link = document.querySelectorAll('#timeline .leak a')[5]; link.click(); return link.innerText; })()")
        self.assertEqual(self.browser.ask(OPEN), 1)
        self.assertIn(self.browser.ask("document.querySelector('.row[open] .count b').innerText") + " × store::", name)
        self.assertTrue(self.browser.ask("document.activeElement === document.querySelector('.row[open] > summary')"))

    def test_what_is_new_against_a_baseline_is_said(self):
        known, document = self.folder / "known.txt", made_report.report(6)
        report = self.folder / "known.json"
        report.write_text(json.dumps(made_report.report(4)))
        self.taskleak("baseline", "write", known, report)
        self.open(document, f"--baseline={known}")
        self.assertIn("2 new, 0 with more than known, 4 known, 0 gone", self.browser.ask("document.querySelector('.baseline').innerText"))
        self.assertEqual(self.browser.ask("document.querySelectorAll('.row .badge.new').length"), 2)

    def test_it_filters_folds_and_follows_the_keyboard(self):
        self.open(made_report.report(20))
        self.assertEqual(self.browser.ask(SHOWN), 20)
        self.set_filter("shard-4 store::shard4")
        self.assertEqual(self.browser.ask(SHOWN), 1)
        self.set_filter("nothing has this")
        self.assertEqual(self.browser.ask(SHOWN), 0)
        self.browser.key("Escape")
        self.assertEqual(self.browser.ask(SHOWN), 20)
        self.browser.ask("document.getElementById('unfold').click()")
        self.assertEqual(self.browser.ask(OPEN), 20)
        self.browser.ask("document.getElementById('fold').click()")
        self.assertEqual(self.browser.ask(OPEN), 0)
        self.browser.key("j")
        self.browser.key("Enter")
        self.assertEqual(self.browser.ask(OPEN), 1)
        self.browser.key("/")
        self.assertEqual(self.browser.ask("document.activeElement.id"), "filter")
        colors = [self.browser.ask("document.getElementById('theme').click(); getComputedStyle(document.body).backgroundColor") for _ in range(2)]
        self.assertNotEqual(*colors)
        self.assertEqual(self.browser.complaints(), [])

    def test_names_are_shown_without_parameters_templates_and_what_they_return(self):
        self.open(made_report.report(1))
        for name, plain in (("void foo<int>(int)", "foo"), ("Serve()::{lambda()#1}::operator()() const", "Serve::{lambda}"), ("Serve()::$_0::operator()() const", "Serve::{lambda}"),
                            ("a::(anonymous namespace)::F(int)", "a::F"), ("A<B>::C::~C()", "A::C::~C"), ("A::operator()(int) const", "A::operator()"),
                            ("A::operator->()", "A::operator->"), ("bool operator< <int>(A<int> const&)", "bool operator<"),
                            ("X::f(int)::{lambda(auto:1)#2}::operator()<int>(int) const", "X::f::{lambda}"), ("f() [clone .cold]", "f"), ("read", "read"),
                            (made_report.LONG, "store::replication::detail::ReplicationSession::ScheduleRetransmission::{lambda}")):
            self.assertEqual(self.browser.ask(f"plainName({json.dumps(name)})"), plain)

    def test_text_of_the_report_is_never_markup(self):
        document = made_report.report(1)
        document["tests"][0]["groups"][0]["places"][0]["detail"] = "<b id=markup>&"
        document["tests"][0]["groups"][0]["units"][0]["detail"] = "<b id=markup>&"
        self.open(document)
        self.assertIn("<b id=markup>&", self.browser.ask("document.body.innerText"))
        self.assertFalse(self.browser.ask("document.getElementById('markup') !== null"))

    def test_on_paper_there_are_no_buttons(self):
        self.open(made_report.report(1))
        self.browser.call("Emulation.setEmulatedMedia", media="print")
        shown = self.browser.ask("document.querySelector('.tools').checkVisibility()")
        self.browser.call("Emulation.setEmulatedMedia", media="")
        self.assertFalse(shown)

    def test_the_report_of_two_hundred_shards_is_small(self):
        shards = self.folder / "shards"
        shards.mkdir()
        for shard in range(200):
            (shards / f"{shard}.json").write_text(json.dumps(made_report.report(10, tests=50, shard=shard)))
        self.taskleak("merge", "-o", self.folder / "merged.json", shards)
        self.taskleak("report", "--format=html", f"--output={self.folder / 'merged.html'}", self.folder / "merged.json")
        size = (self.folder / "merged.html").stat().st_size
        print(f"the report of 200 shards: {size / 1e6:.1f} MB")
        self.assertLess(size, 10_000_000)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    chromium.find()
    unittest.main()
