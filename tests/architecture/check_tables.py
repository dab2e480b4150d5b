#!/usr/bin/env python3
"""Fails when a table in the documentation lacks an option or a known thread, or has one too many.

Usage: check_tables.py SOURCE_DIR
"""
import pathlib
import re
import sys

# The documents, the heading that their tables stand under, and the source and pattern of the names in them.
TABLES = (
    (("README.md",), "## Options", "core/src/rules/options.cc", r'^\s+\{"(\w+)",\s'),
    (("docs/install.md", "CONTRIBUTING.md"), "## CMake options", "CMakeLists.txt", r"^ *option\((\w+) "),
    (("docs/ignore-rules.md",), "## The built-in list", "core/src/rules/known_threads.cc", r'Entry\("([^"]+)"'),
)


def names_in_table(document, heading):
    section = document.read_text().partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`=]+)", section, re.MULTILINE))


def main():
    root = pathlib.Path(sys.argv[1])
    failed = 0
    for documents, heading, source, pattern in TABLES:
        shown = set().union(*(names_in_table(root / document, heading) for document in documents))
        real = set(re.findall(pattern, (root / source).read_text(), re.MULTILINE))
        if shown != real or not real:
            failed = 1
            print(f"{' and '.join(documents)}, {heading}: lacks {sorted(real - shown)}, has too many {sorted(shown - real)}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
