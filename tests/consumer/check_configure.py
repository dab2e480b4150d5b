#!/usr/bin/env python3
"""Configures a project afresh, and checks what CMake says or what its cache then has.

Usage: check_configure.py SOURCE_DIR WORK_DIR (--fails-with TEXT | --options NAME...) -- [CMAKE_ARGUMENT]...
  --fails-with  CMake must fail and say this, wherever it breaks lines
  --options     CMake must pass, and these are all of taskleak's options that a user sees (those that are neither internal nor advanced)
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys


def visible_options(work):
    cache = (pathlib.Path(work) / "CMakeCache.txt").read_text()
    advanced = set(re.findall(r"^(\w+)-ADVANCED:INTERNAL=1$", cache, re.MULTILINE))
    return sorted({name for name, kind in re.findall(r"^(TASKLEAK_\w+):(\w+)=", cache, re.MULTILINE) if kind != "INTERNAL"} - advanced)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("work")
    parser.add_argument("--fails-with")
    parser.add_argument("--options", nargs="+")
    own, arguments = sys.argv[1:], []
    if "--" in own:
        own, arguments = own[:own.index("--")], own[own.index("--") + 1:]
    expected = parser.parse_args(own)
    shutil.rmtree(expected.work, ignore_errors=True)
    done = subprocess.run(["cmake", "-S", expected.source, "-B", expected.work, *arguments], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    print(done.stdout)
    if (done.returncode != 0) != bool(expected.fails_with):
        sys.exit(f"CMake ended with {done.returncode}")
    if expected.fails_with and expected.fails_with not in " ".join(done.stdout.split()):
        sys.exit(f"CMake does not say {expected.fails_with!r}")
    if expected.options and visible_options(expected.work) != sorted(expected.options):
        sys.exit(f"a user sees {visible_options(expected.work)}, and should see {sorted(expected.options)}")


if __name__ == "__main__":
    main()
