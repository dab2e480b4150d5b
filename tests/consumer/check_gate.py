#!/usr/bin/env python3
"""Builds a project with a CTest gate; it must fail on a leak, pass once that is known, and prove that it can fail.

Usage: check_gate.py CONSUMER_DIR WORK_DIR TASKLEAK_PROGRAM [CMAKE_ARGUMENT]...
"""
import pathlib
import shutil
import subprocess
import sys


def run_ctest(build, *arguments):
    """Runs CTest. Returns its output."""
    command = ["ctest", "--test-dir", build, "--output-on-failure", *arguments]
    output = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    print(output)
    return output


def ctest(build, *arguments):
    """Runs CTest. Returns the outcome of each test by name."""
    return outcomes_in(run_ctest(build, *arguments))


def outcomes_in(output):
    outcomes = {}
    for line in output.splitlines():
        words = line.split()
        if "Test" in words and "#" in line and "sec" in words:
            outcomes[words[words.index("Test") + 2]] = "Passed" in words
    return outcomes


def expect(outcomes, **expected):
    for name, outcome in expected.items():
        name = name.replace("__", ".")
        if outcomes.get(name) is not outcome:
            sys.exit(f"{name}: {outcomes.get(name)}, and not {outcome}")


def main():
    consumer, work, taskleak, cmake_arguments = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4:]
    shutil.rmtree(work, ignore_errors=True)
    source, build = work / "gate", work / "build"
    shutil.copytree(consumer, source)
    for shared in ("consumer.cmake", "tests"):
        origin = pathlib.Path(consumer).parent / shared
        (shutil.copytree if origin.is_dir() else shutil.copy)(origin, work / shared)
    known = source / "known-leaks.txt"
    subprocess.run(["cmake", "-S", source, "-B", build, *cmake_arguments], check=True)
    subprocess.run(["cmake", "--build", build], check=True)

    # Without a baseline, the gate and its self-test fail and say how to make one.
    missing = run_ctest(build)
    expect(outcomes_in(missing), ConsumerTest__LeavesAThread=True, leaks=False, leaks__self_test=False)
    if missing.count(f"taskleak baseline write {known} {build / 'taskleak-reports'}") != 2:
        sys.exit("the gate and its self-test do not both say how to make the baseline")

    known.write_text("")
    new = ctest(build)
    expect(new, ConsumerTest__JoinsItsThread=True, ConsumerTest__LeavesAThread=True, leaks=False, leaks__self_test=True)
    subprocess.run([taskleak, "baseline", "write", known, build / "taskleak-reports"], check=True)
    expect(ctest(build, "-R", "^leaks$"), leaks=True, ConsumerTest__LeavesAThread=True, taskleak__clear_reports=True)

    # A gate that hides everything does not pass its self-test.
    hide = work / "hide.txt"
    hide.write_text("function:*\n")
    text = (source / "CMakeLists.txt").read_text()
    (source / "CMakeLists.txt").write_text(text.replace("drain=100ms", f"drain=100ms suppressions={hide}"))
    subprocess.run(["cmake", "--build", build], check=True)
    expect(ctest(build, "-R", "^leaks"), leaks=True, leaks__self_test=False)


if __name__ == "__main__":
    main()
