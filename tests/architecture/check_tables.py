#!/usr/bin/env python3
"""Fails when a table in the documentation lacks an option or a known thread, or has one too many, and when the pages lack words for a state.

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

# The names of states, and those for which the pages say what is awaited. What another state awaits is not known.
STATES = ("core/src/report/state_words.cc", r'\{WaitState::k\w+, "(\w+)"')
WAITS = ("pages/blocks.js", r"\b(\w+): '")
WITHOUT_WORDS = {"other"}


def names_in_table(document, heading):
    section = document.read_text().partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`=]+)", section, re.MULTILINE))


def names_in_source(path, pattern):
    return set(re.findall(pattern, path.read_text(), re.MULTILINE))


def states_with_words(path, pattern):
    return set(re.findall(pattern, path.read_text().partition("\nconst kWaits = {\n")[2].partition("\n};\n")[0]))


def differ(table, shown, real):
    """Returns true, and says how, if a table does not show exactly the real names."""
    if shown == real and real:
        return False
    print(f"{table}: lacks {sorted(real - shown)}, has too many {sorted(shown - real)}")
    return True


def main():
    root = pathlib.Path(sys.argv[1])
    failed = []
    for documents, heading, source, pattern in TABLES:
        shown = set().union(*(names_in_table(root / document, heading) for document in documents))
        failed.append(differ(f"{' and '.join(documents)}, {heading}", shown, names_in_source(root / source, pattern)))
    states = names_in_source(root / STATES[0], STATES[1])
    failed.append(differ(f"{WAITS[0]}, kWaits", states_with_words(root / WAITS[0], WAITS[1]), states - WITHOUT_WORDS))
    return any(failed)


if __name__ == "__main__":
    sys.exit(main())
