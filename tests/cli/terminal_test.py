#!/usr/bin/env python3
"""The taskleak program at a terminal of 80 columns: nothing is wider, long work has a bar that goes when it is done, and what is not a terminal
gets none of it.

Usage: terminal_test.py TASKLEAK_PROGRAM TEST_PROGRAM
"""
import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

sys.path.append(str(pathlib.Path(__file__).parent.parent / "support"))
import made_report  # noqa: E402

PROGRAM = TESTS = ""
COLUMNS = 80


def at_terminal(arguments, environment=None):
    """Returns the output of the program at a terminal, including standard error."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    process = subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env=dict(os.environ, **(environment or {})))
    os.close(slave)
    printed = b""
    try:
        while more := os.read(master, 1 << 16):
            printed += more
    except OSError:  # the other end is closed
        pass
    os.close(master)
    process.wait(60)
    return printed.decode().replace("\r\n", "\n")


def without_colors(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def after_bars(text):
    """What is left on the screen: a carriage return and the sequence that clears a line wipe what stands there."""
    return "\n".join(re.sub(r".*\r\x1b\[K", "", line) for line in text.split("\n"))


class TerminalTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.report = self.folder / "report.json"
        self.report.write_text(json.dumps(made_report.report(20)))

    def test_no_line_is_wider_than_the_terminal(self):
        for command in (["report"], ["fleet"], ["diff", "/dev/null"]):
            lines = without_colors(after_bars(at_terminal([*command, str(self.report)]))).split("\n")
            rules = [line for line in lines if "created_by:" in line or "signature:" in line]  # to be copied, so never shortened
            wide = [line for line in lines if len(line) > COLUMNS and line not in rules]
            self.assertEqual(wide, [], command)

    def test_long_names_are_shortened_in_the_middle(self):
        printed = without_colors(at_terminal(["report", str(self.report)]))
        self.assertRegex(printed, r"(?m)^ {6}\S+\.\.\.\S+ +\S+:\d+$")

    def test_it_is_colored_unless_the_user_says_no(self):
        self.assertIn("\x1b[1;31m", at_terminal(["report", str(self.report)]))
        self.assertIn("\x1b[1m[1]", at_terminal(["fleet", str(self.report)]))
        self.assertNotIn("\x1b", at_terminal(["report", str(self.report)], {"NO_COLOR": "1"}).replace("\x1b[K", ""))

    def test_long_work_has_a_bar_that_goes(self):
        shards = self.folder / "shards"
        shards.mkdir()
        for i in range(5):
            (shards / f"{i}.json").write_text(json.dumps(made_report.report(20)))
        for command in (["merge", "-o", str(self.folder / "merged.json")], ["fleet"], ["report"]):
            printed = at_terminal([*command, str(shards)])
            self.assertRegex(printed, r"\r\x1b\[K\[#* *\] \d of 5 (file|dump)s")
            self.assertNotRegex(after_bars(printed), r"\[#* *\] \d of")

    def test_running_tests_one_by_one_or_in_halves_has_a_bar_too(self):
        isolated = at_terminal(["run", "--isolate", "--", TESTS])
        self.assertRegex(isolated, r"\r\x1b\[K\[#+ *\] \d+ of \d+ tests, \d leak")
        self.assertNotRegex(after_bars(isolated), r"\[#* *\] \d+ of")
        bisected = at_terminal(["run", "--bisect", "Pool.LeaksIfConfigured", "--", TESTS])
        self.assertRegex(bisected, r"\r\x1b\[K\[#* *\] run \d+, \d+ tests? left to suspect")
        self.assertIn("Pool.LeaksIfConfigured leaks after", after_bars(bisected))

    def test_what_is_no_terminal_gets_neither_colors_nor_bars(self):
        done = subprocess.run([PROGRAM, "report", str(self.report)], capture_output=True, text=True, check=False)
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertNotIn("\r", done.stdout + done.stderr)


if __name__ == "__main__":
    TESTS, PROGRAM = sys.argv.pop(2), sys.argv.pop(1)
    unittest.main()
