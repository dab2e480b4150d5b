#!/usr/bin/env python3
"""Fails when a link in the documentation leads to a file or a heading that is not there.

Usage: check_links.py SOURCE_DIR
"""
import pathlib
import re
import sys

FOLDERS = (".", "docs", "examples")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def anchors(document):
    """Returns GitHub's names of the headings: lower case, no punctuation, dashes for blanks."""
    headings = HEADING.findall(FENCE.sub("", document.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def complaints(root, document):
    text = FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), document.read_text())
    text = CODE.sub("", text)
    for link in LINK.finditer(text):
        target, anchor = link.groups()
        if re.match(r"[a-z]+:", target):
            continue
        where = f"{document.relative_to(root)}:{text.count(chr(10), 0, link.start()) + 1}"
        path = document.parent / target if target else document
        if not path.exists():
            yield f"{where}: there is no {target}"
        elif anchor is not None and anchor not in anchors(path):
            yield f"{where}: {path.resolve().relative_to(root)} has no heading #{anchor}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    documents = [document for folder in FOLDERS for document in sorted((root / folder).glob("*.md"))]
    if not documents:
        sys.exit(f"{root}: no documents here")
    found = [c for document in documents for c in complaints(root, document)]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
