#!/usr/bin/env python3
"""Compiles every public header alone, as C++17 (those of coroutines as C++20) with strict warnings.

Usage: check_headers.py COMPILER SOURCE_DIR INCLUDE_FOLDER...
Each INCLUDE_FOLDER is relative to SOURCE_DIR; all of them are on the include path.
"""
import pathlib
import subprocess
import sys

FLAGS = ["-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]


CXX20_HEADERS = ("asio_coroutine.h", "coroutine.h", "coroutine_task.h")


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
    return failed


if __name__ == "__main__":
    sys.exit(main())
