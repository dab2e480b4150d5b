#!/usr/bin/env python3
"""Signals to a running program: dumps, recordings, chaining.

Usage: signals_test.py PROGRAM
"""
import gzip
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = ""
DEADLINE = 60


class Program:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.errors = []
        self.reader = threading.Thread(target=lambda: self.errors.extend(self.process.stderr))
        self.reader.start()
        self.expect("ready")

    def expect(self, text):
        line = self.process.stdout.readline().strip()
        assert line == text, (line, self.errors)

    def leak(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def await_recording(self):
        """Waits until the recording has looked some times. To ask takes a look that the recording may share, so it asks less and less often."""
        def looks():
            self.process.stdin.write("looks\n")
            self.process.stdin.flush()
            return int(self.process.stdout.readline())
        pause = 0.01
        while looks() < 5:
            assert pause < DEADLINE, "the recording does not look"
            time.sleep(pause)
            pause *= 2

    def send(self, number):
        self.process.send_signal(number)

    def end(self):
        self.process.stdin.close()
        self.expect("end")
        status = self.process.wait(timeout=DEADLINE)
        self.reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def switches(self):
        """Returns how often its threads have gone to sleep voluntarily."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            total += int((task / "status").read_text().split("\nvoluntary_ctxt_switches:")[1].split()[0])
        return total


def await_true(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "nothing has come in time"
        time.sleep(0.01)


class SignalsTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def start(self, *arguments):
        program = Program(*arguments)
        self.addCleanup(program.process.kill)  # does nothing if it has ended
        return program

    def files(self, suffix=""):
        return sorted(f for f in self.folder.iterdir() if f.name.endswith(suffix) and not f.name.startswith("."))

    def test_sigquit_shows_all_stacks_and_the_program_goes_on(self):
        program = self.start("plain")
        program.leak()
        program.send(signal.SIGQUIT)
        await_true(lambda: any("Subscribe()" in line for line in list(program.errors)))
        self.assertEqual(program.leak(), 2)
        self.assertEqual(program.end(), 0)
        text = "".join(program.errors)
        self.assertTrue(text.startswith("tasks profile: total "), text[:200])
        self.assertNotIn("taskleak-signal", text)

    def test_with_a_folder_a_dump_is_a_private_file(self):
        program = self.start("plain", self.folder)
        program.leak()
        program.send(signal.SIGQUIT)
        await_true(self.files)
        self.assertEqual(program.end(), 0)
        dump, = self.files()
        self.assertRegex(dump.name, rf"^live_signalled-dump-{program.process.pid}-\d{{8}}T\d{{6}}\.\d{{3}}Z\.txt$")
        self.assertEqual(dump.stat().st_mode & 0o777, 0o600)
        self.assertIn("Subscribe()", dump.read_text())
        self.assertEqual(program.errors, [])

    def test_sigusr2_starts_and_ends_a_recording(self):
        program = self.start("plain", self.folder)
        program.leak()
        program.send(signal.SIGUSR2)
        program.await_recording()
        for _ in range(5):
            program.leak()
        program.send(signal.SIGUSR2)
        await_true(lambda: self.files(".pb.gz"))
        self.assertEqual(program.end(), 0)
        text, = self.files(".txt")
        self.assertIn('grew: 1 -> 6 tasks "subscription", 5 of them new', text.read_text())
        data = json.loads(self.files(".json")[0].read_text())
        self.assertGreaterEqual(len(data["points"]), 3)
        self.assertEqual(data["points"][-1]["tasks"], 6)
        self.assertEqual(data["diff"]["changes"][0]["change"], "grew")
        self.assertEqual(data["report"]["tests"][0]["verdict"], "alive")
        self.assertIn(b"subscription", gzip.decompress(self.files(".pb.gz")[0].read_bytes()))
        self.assertEqual([f.stat().st_mode & 0o777 for f in self.files()], [0o600] * 3)

    def test_without_a_folder_sigusr2_says_that_it_cannot_record_and_the_program_goes_on(self):
        program = self.start("plain")
        program.send(signal.SIGUSR2)
        await_true(lambda: program.errors)
        self.assertEqual(program.leak(), 1)
        self.assertEqual(program.end(), 0)
        self.assertEqual(program.errors, ["taskleak: cannot record: SignalOptions::files is not set\n"])

    def test_a_recording_under_way_is_written_at_the_end(self):
        program = self.start("plain", self.folder)
        program.send(signal.SIGUSR2)
        program.await_recording()
        self.assertEqual(program.end(), 0)
        self.assertEqual(len(self.files()), 3)

    def test_without_a_signal_nothing_wakes(self):
        program = self.start("plain", self.folder)
        await_true(lambda: "taskleak-signal" in [(t / "comm").read_text().strip()
                                                 for t in pathlib.Path(f"/proc/{program.process.pid}/task").iterdir()])
        await_true(lambda: all("S" in (t / "stat").read_text().split(") ")[1][:1]
                               for t in pathlib.Path(f"/proc/{program.process.pid}/task").iterdir()))
        before = program.switches()
        time.sleep(0.5)
        self.assertEqual(program.switches(), before)
        program.end()

    def test_the_handler_that_was_there_is_called_too(self):
        program = self.start("chain")
        program.send(signal.SIGQUIT)
        await_true(lambda: program.errors)
        self.assertEqual(program.leak(), 1)
        self.assertEqual(program.end(), 0)

    def test_signals_in_the_midst_of_malloc(self):
        program = self.start("malloc", self.folder)
        for i in range(200):
            program.send(signal.SIGQUIT)
            if i % 20 == 0:
                program.send(signal.SIGUSR2)
            time.sleep(0.002)
        await_true(lambda: any("-dump-" in f.name for f in self.files()))
        self.assertEqual(program.leak(), 1)
        self.assertEqual(program.end(), 0)
        self.assertLessEqual(len(self.files()), 60)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
