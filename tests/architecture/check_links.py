#!/usr/bin/env python3
"""Fails when a link in the documentation leads to a file or a heading that is not there, or a comment
of a source names a document or a public header that is not there.

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
SOURCES = ("*.h", "*.cc", "*.inc")
COMMENT = re.compile(r"(?<!:)//.*")
# A document, from the root; or a header, from a public folder of headers.
NAMED_FILE = re.compile(r"(?<![\w/.])(docs/[\w/-]+\.md|taskleak/[\w/]+\.(?:h|inc)\b)")


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


def sources(root):
    """Returns the sources in the folders of the repository, without those of builds."""
    folders = sorted(path for path in root.iterdir() if path.is_dir() and path.name[0] != "." and not path.name.startswith("build"))
    return [file for folder in folders for pattern in SOURCES for file in sorted(folder.rglob(pattern))]


def comment_complaints(root, files):
    headers = {str(file.relative_to(root)).partition("/include/")[2] for file in files}
    for file in files:
        for number, line in enumerate(file.read_text().splitlines(), 1):
            comment = COMMENT.search(line)
            for name in NAMED_FILE.findall(comment[0]) if comment else ():
                if name not in headers and not (root / name).exists():
                    yield f"{file.relative_to(root)}:{number}: there is no {name}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    documents = [document for folder in FOLDERS for document in sorted((root / folder).glob("*.md"))]
    if not documents:
        sys.exit(f"{root}: no documents here")
    found = [c for document in documents for c in complaints(root, document)]
    found += comment_complaints(root, sources(root))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
