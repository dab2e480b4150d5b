#!/usr/bin/env python3
"""Fails when code or a report shown in the documentation is not what is compiled and tested.

Usage: check_snippets.py SOURCE_DIR DOCUMENT...

Every block of C++ or CMake code in a document stands after a comment that names where it comes from:
  <!-- from examples/worker_pool/fixed_test.cc: use -->
and equals the lines of that file between `[use]` and `[/use]` in comments, less their common indent.
A block after `<!-- from FILE -->` equals the whole file.
"""
import pathlib
import re
import sys
import textwrap

ORIGIN = re.compile(r"<!-- from ([^ :]+)(?:: (\S+))? -->")
CODE_LANGUAGES = ("cpp", "cmake")


def blocks(document):
    """Returns every fenced block: (line number, language, the line before it, text)."""
    lines = document.read_text().splitlines()
    index = 0
    while index < len(lines):
        if lines[index].startswith("```"):
            end = lines.index("```", index + 1)
            before = next((line for line in reversed(lines[:index]) if line), "")
            yield index + 1, lines[index][3:], before, "\n".join(lines[index + 1:end])
            index = end
        index += 1


def region(path, name):
    """Returns the marked lines of a file, or all of it. Returns None if there is no such region."""
    text = path.read_text()
    if name is None:
        return text.rstrip("\n")
    marked = re.search(rf"^[^\n]*\[{name}\]\n(.*?)^[^\n]*\[/{name}\]$", text, re.DOTALL | re.MULTILINE)
    return textwrap.dedent(marked[1]).strip("\n") if marked else None


def complaints(root, document):
    for number, language, before, shown in blocks(document):
        where = f"{document.relative_to(root)}:{number}"
        origin = ORIGIN.fullmatch(before)
        if origin is None:
            if language in CODE_LANGUAGES:
                yield f"{where}: a block of {language} code that names no file it comes from"
            continue
        path = root / origin[1]
        real = region(path, origin[2]) if path.exists() else None
        if real is None:
            yield f"{where}: {before} does not exist"
        elif real != shown:
            yield f"{where}: differs from {origin[1]}; it should be\n{textwrap.indent(real, '    ')}"


def main():
    root = pathlib.Path(sys.argv[1])
    found = [c for name in sys.argv[2:] for c in complaints(root, root / name)]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
