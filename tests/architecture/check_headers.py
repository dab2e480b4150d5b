#!/usr/bin/env python3
"""Compiles every public header alone, as C++17 (those of coroutines as C++20) with strict warnings. As C++14, those that users
include and that depend on no other library must either compile or first say that they need C++17.

Usage: check_headers.py COMPILER SOURCE_DIR INCLUDE_FOLDER...
Each INCLUDE_FOLDER is relative to SOURCE_DIR; all of them are on the include path.
"""
import pathlib
import subprocess
import sys

FLAGS = ["-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]


CXX20_HEADERS = ("asio_coroutine.h", "coroutine.h", "coroutine_task.h")
OF_FRAMEWORKS = ("gtest.h", "catch2.h")


def main():
    compiler, root, folders = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    path = [flag for folder in folders for flag in ("-I", str(root / folder))]
    headers = [h for folder in folders for h in sorted((root / folder).rglob("*.h"))]
    if not headers:
        sys.exit(f"{root}: no public headers in {folders}")
    failed = 0
    for header in headers:
        # Twice, so that a missing include guard shows.
        code = f'#include "{header}"\n' * 2
        standard = "-std=c++20" if header.name in CXX20_HEADERS else "-std=c++17"
        result = subprocess.run([compiler, standard, *FLAGS, *path, "-x", "c++", "-"], input=code, text=True)
        if result.returncode != 0:
            print(f"{header.relative_to(root)} does not compile alone as C++17", file=sys.stderr)
            failed = 1
        if not header.is_relative_to(root / "core") and not header.is_relative_to(root / "live/include"):
            continue
        if header.parent.name == "internal" or header.name in OF_FRAMEWORKS:
            continue
        older = subprocess.run([compiler, "-std=c++14", "-fsyntax-only", *path, "-x", "c++", "-"], input=code, text=True,
                               capture_output=True)
        first = next((line for line in older.stderr.splitlines() if "error:" in line), "")
        if older.returncode != 0 and "needs C++17" not in first:
            print(f"{header.relative_to(root)}, as C++14, says first: {first}", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
