#!/usr/bin/env python3
"""Requires that scripts/check-format leaves another version of clang-format alone, and says so.

Usage: check_format_version_test.py SOURCE_DIR
"""
import os
import pathlib
import subprocess
import sys
import tempfile


def main():
    script = pathlib.Path(sys.argv[1]) / "scripts" / "check-format"
    with tempfile.TemporaryDirectory() as folder:
        other = pathlib.Path(folder) / "clang-format-14"
        other.write_text("#!/bin/sh\necho 'clang-format version 19.1.7'\n")
        other.chmod(0o755)
        for arguments in ([], ["--fix"]):
            done = subprocess.run([script, *arguments], text=True, stderr=subprocess.PIPE,
                                  env=dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}"))
            if done.returncode != 77 or "skipped: " not in done.stderr or "version 19.1.7" not in done.stderr:
                sys.exit(f"check-format {arguments} with another version ends with {done.returncode}: {done.stderr}")


if __name__ == "__main__":
    main()
