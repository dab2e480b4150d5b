#!/usr/bin/env python3
"""Builds a consumer project; clean_test must pass, and my_test, which leaks, must fail with a report, as must former_test if there is one.

What the report must say is in CONSUMER_DIR/expected.txt, line by line, if that is there.

Usage: check_consumer.py CONSUMER_DIR WORK_DIR [CMAKE_ARGUMENT]...
"""
import pathlib
import shutil
import subprocess
import sys

USUAL = ["1 leak, 1 thread", "consumer::WaitForHours"]


def main():
    consumer, work, cmake_arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
    shutil.rmtree(work, ignore_errors=True)
    subprocess.run(["cmake", "-S", consumer, "-B", work, *cmake_arguments], check=True)
    leaky = [name for name in ("my_test", "former_test") if name in pathlib.Path(consumer, "CMakeLists.txt").read_text()]
    subprocess.run(["cmake", "--build", work, "--target", "clean_test", *leaky], check=True)
    subprocess.run([f"{work}/clean_test"], check=True)
    expected = pathlib.Path(consumer, "expected.txt")
    for name in leaky:
        leaking = subprocess.run([f"{work}/{name}"], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        print(leaking.stdout)
        if leaking.returncode <= 0:
            sys.exit(f"{name} should have failed, and ended with {leaking.returncode}")
        for text in expected.read_text().splitlines() if expected.exists() else USUAL:
            if text not in leaking.stdout:
                sys.exit(f"{name} does not say {text!r}")


if __name__ == "__main__":
    main()
