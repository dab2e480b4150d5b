#!/usr/bin/env python3
"""Checks that tests/arm64/tests has each test of a build, once. A test that the list has and the build has not is no fault: builds differ.

Usage: check_tests.py CTEST BUILD
"""
import json
import pathlib
import subprocess
import sys

LIST = pathlib.Path(__file__).with_name("tests")


def known():
    """Returns what is before the reason in each line."""
    lines = [line for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    return [line.partition(":")[0] for line in lines]


def entry(test, build):
    """Returns the place in the build of a program all of whose tests are run, or the name of any other test."""
    program, arguments = pathlib.Path(test["command"][0]), test["command"][1:]
    whole = not arguments and test["name"] == program.name
    found_by_cmake = len(arguments) == 2 and arguments[1] == "--gtest_also_run_disabled_tests"
    return str(program.relative_to(build)) if program.is_relative_to(build) and (whole or found_by_cmake) else test["name"]


def main():
    ctest, build = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    shown = subprocess.run([ctest, "--test-dir", build, "--show-only=json-v1"], check=True, text=True, stdout=subprocess.PIPE).stdout
    # Tests of programs that are not built have no command.
    entries = {entry(test, build) for test in json.loads(shown)["tests"] if "command" in test}
    listed = known()
    faults = [f"{LIST}: there is no line for {name}: add it, with a reason behind a colon if it cannot run in the machine"
              for name in sorted(entries - set(listed))]
    faults += [f"{LIST}: there are several lines for {name}" for name in sorted({name for name in listed if listed.count(name) > 1})]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
