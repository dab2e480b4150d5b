#!/usr/bin/env python3
"""Runs a test program that leaks, and fails unless the program fails with the expected report.

Usage: must_leak.py [--expect REGEX]... [--golden FILE] [--update] -- PROGRAM [ARGUMENT]...

  --expect REGEX  the output matches it somewhere
  --golden FILE   the report in the output is the one in FILE, but for what differs between runs:
                  thread numbers, seconds, and lines of the C++ library
  --update        write FILE instead
"""
import argparse
import pathlib
import re
import subprocess
import sys


def report_of(output):
    """Returns the report in the output of a failed GoogleTest test: from its title to its last ignore line."""
    match = re.search(r"^\d+ leaks?, .*?(?=\n\n?\[  FAILED  \]|\Z)", output, re.DOTALL | re.MULTILINE)
    return match[0].rstrip() + "\n" if match else ""


def normalised(report):
    report = re.sub(r"\b\d+(\.\d+)? (ms|s)\b( to \d+(\.\d+)? (ms|s)\b)?", "<time>", report)
    report = re.sub(r"(?<=  <)(\w+>):\d+$", r"\1:<line>", report, flags=re.MULTILINE)  # in the C++ library's headers
    report = re.sub(r"^nothing can .*\n", "", report, flags=re.MULTILINE)  # a sanitizer's own thread is in the way of that
    return re.sub(r"\bids \d+(, \d+)*", "ids <ids>", report)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--expect", action="append", default=[])
    parser.add_argument("--golden", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("program", nargs="+")
    arguments = parser.parse_args()

    result = subprocess.run(arguments.program, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    complaints = []
    if result.returncode == 0:
        complaints.append("it passed, and should have failed")
    elif result.returncode < 0:
        complaints.append(f"it was ended by signal {-result.returncode}")
    complaints += [f"no match for {e!r}" for e in arguments.expect if not re.search(e, result.stdout)]
    if arguments.golden and arguments.update:
        arguments.golden.write_text(report_of(result.stdout))
    elif arguments.golden:
        if normalised(report_of(result.stdout)) != normalised(arguments.golden.read_text()):
            complaints.append(f"the report differs from {arguments.golden}")
    if complaints:
        print(result.stdout)
        print("\n".join(f"must_leak: {complaint}" for complaint in complaints))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
