#!/usr/bin/env python3
"""Profiles of a running program, read by protoc and, where it is installed, by `go tool pprof`.

Usage: pprof_test.py PROGRAM PROTOC
"""
import gzip
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = PROTOC = ""
HERE = pathlib.Path(__file__).parent
TOKEN = re.compile(r'\s*(\w+)(?:: (?:"((?:[^"\\]|\\.)*)"|(\S+))| (\{))|\s*(\})')


def parse(text):
    """Messages in protoc's text form as dictionaries of lists."""
    stack = [{}]
    for match in TOKEN.finditer(text):
        name, quoted, plain, begin, end = match.groups()
        if end:
            stack.pop()
        elif begin:
            message = {}
            stack[-1].setdefault(name, []).append(message)
            stack.append(message)
        else:
            value = quoted if quoted is not None else {"true": True, "false": False}.get(plain, plain)
            stack[-1].setdefault(name, []).append(value if isinstance(value, bool) or quoted is not None else int(value))
    return stack[0]


class Profile:
    def __init__(self, path):
        decoded = subprocess.run([PROTOC, "--decode=perftools.profiles.Profile", f"-I{HERE}", HERE / "profile.proto"],
                                 input=gzip.decompress(path.read_bytes()), capture_output=True, check=True)
        self.data = parse(decoded.stdout.decode())
        self.strings = self.data["string_table"]
        self.functions = {f["id"][0]: f for f in self.data["function"]}
        self.locations = {place["id"][0]: place for place in self.data["location"]}
        self.mappings = {m["id"][0]: m for m in self.data["mapping"]}

    def text(self, message, field):
        return self.strings[message.get(field, [0])[0]]

    def samples(self):
        """(values, labels, functions innermost first, with file and line)"""
        for sample in self.data["sample"]:
            labels = {self.text(label, "key"): self.text(label, "str") for label in sample.get("label", [])}
            frames = []
            for number in sample.get("location_id", []):
                for line in self.locations[number].get("line", []):
                    function = self.functions[line["function_id"][0]]
                    frames.append((self.text(function, "name"), self.text(function, "filename"), line.get("line", [0])[0]))
            yield sample["value"], labels, frames


class PprofTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        subprocess.run([PROGRAM, cls.folder], check=True, timeout=60)
        cls.profile = Profile(cls.folder / "before.pb.gz")

    def test_the_value_types_are_threads_and_tasks(self):
        types = [(self.profile.text(t, "type"), self.profile.text(t, "unit")) for t in self.profile.data["sample_type"]]
        self.assertEqual(types, [("threads", "count"), ("tasks", "count")])
        self.assertEqual(self.profile.strings[0], "")
        self.assertEqual(self.profile.strings[self.profile.data["default_sample_type"][0]], "threads")

    def test_threads_stand_at_their_stack_with_labels(self):
        workers = [s for s in self.profile.samples() if s[1].get("name") == "pool-worker"]
        self.assertEqual(len(workers), 1)
        values, labels, frames = workers[0]
        self.assertEqual(values, [8, 0])
        self.assertEqual(labels["kind"], "thread")
        self.assertEqual(labels["state"], "condvar")
        run = [f for f in frames if f[0].startswith("Worker::Run(")]
        self.assertEqual(len(run), 1)
        self.assertTrue(run[0][1].endswith("tests/support/threads.h"), run)
        self.assertGreater(run[0][2], 0)

    def test_queued_tasks_stand_where_they_were_created(self):
        jobs = [s for s in self.profile.samples() if s[1].get("name") == "job"]
        self.assertEqual([values for values, _, _ in jobs], [[0, 3]])
        self.assertEqual(jobs[0][1]["state"], "queued")
        self.assertIn("QueueJob", jobs[0][1]["created_by"])
        self.assertIn("QueueJob", jobs[0][2][0][0])

    def test_every_location_lies_in_its_mapping(self):
        in_mappings = 0
        for place in self.profile.locations.values():
            if "mapping_id" not in place:
                continue
            mapping = self.profile.mappings[place["mapping_id"][0]]
            self.assertLessEqual(mapping["memory_start"][0], place["address"][0])
            self.assertLess(place["address"][0], mapping["memory_limit"][0])
            self.assertTrue(mapping["has_functions"][0])
            in_mappings += 1
        self.assertGreater(in_mappings, 0)

    def test_numbers_are_those_of_one_table_and_not_zero(self):
        for table in (self.profile.functions, self.profile.locations, self.profile.mappings):
            self.assertEqual(sorted(table), list(range(1, len(table) + 1)))

    def go(self, *arguments):
        if shutil.which("go") is None:
            self.skipTest("go is not installed")
        result = subprocess.run(["go", "tool", "pprof", *arguments], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_go_tool_pprof_names_function_file_and_line(self):
        top = self.go("-top", "-lines", "-cum", "before.pb.gz")
        self.assertRegex(top, r"\b8\b.* Worker::Run.*threads\.h:\d+")

    def test_go_tool_pprof_subtracts_a_base(self):
        top = self.go("-top", "-cum", "-base", "before.pb.gz", "after.pb.gz")
        self.assertRegex(top, r"\n\s+0\s+0%\s+\S+%\s+4\s.* Worker::Run")


if __name__ == "__main__":
    PROTOC = sys.argv.pop(2)
    PROGRAM = sys.argv.pop(1)
    unittest.main()
