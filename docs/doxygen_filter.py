#!/usr/bin/env python3
"""Prints a header or a page of the documentation as Doxygen wants it, so that neither has to be written for Doxygen. Lines keep their numbers.

Usage: doxygen_filter.py FILE
In headers, the comment at the top becomes that of the file, and what is indented in a comment becomes code. In pages, headings get the names by
which GitHub knows them, and links to other pages become references to those.
"""
import html
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FENCE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
MISREAD_CODE = re.compile(r"`([^`\n]*(?:[.*]\w*::|\\)[^`\n]*)`")  # a `::` that begins no name, or a backslash
INDENTED = re.compile(r"\s*///   ")


def header(text, path):
    lines = text.splitlines()
    if lines[0].startswith("// "):
        lines[0] = f"/// @file {path} @brief {lines[0][3:]}"
        for index in range(1, next(i for i, line in enumerate(lines) if not line.startswith("//"))):
            lines[index] = "/" + lines[index]
    code = False
    for index in range(1, len(lines)):
        if bool(INDENTED.match(lines[index])) != code:
            lines[index - 1] += " @endcode" if code else " @code{.cpp}"
            code = not code
    return "\n".join(lines) + "\n"


def page_name(path):
    """Returns the title of a page, or None if the file is not a page."""
    if path == ROOT / "README.md":
        return "index"
    if path.suffix == ".md" and (path.parent == ROOT / "docs" or path.parent == ROOT):
        return f"page-{path.stem.lower()}"
    return None


def anchor(heading):
    """Returns the anchor that GitHub makes: lower case, no punctuation, dashes for blanks."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def plain(match):
    """Returns code as HTML; `\\|` is a bar within a table."""
    return "<code>" + re.sub(r"([*]|::|\\(?![|]))", r"\\\1", html.escape(match[1])) + "</code>"


def page(text, path):
    name = page_name(path)

    def with_anchor(match):
        level, heading = match.groups()
        if level == "#":
            return match[0] if name == "index" else f"{match[0]} {{#{name}}}"
        return f"{match[0]} {{#{name}-{anchor(heading)}}}"

    def reference(match):
        shown, target, fragment = match.groups()
        to = page_name((path.parent / target).resolve() if target else path)
        if to is None:
            return shown  # a file that is not a page
        first, *rest = shown.split("\n")  # Doxygen wants a link in one line
        return f"[{' '.join([first, *rest])}](@ref {to}{'-' + fragment if fragment else ''})" + "\n" * len(rest)

    parts = FENCE.split(text)
    for index in range(0, len(parts), 2):
        parts[index] = MISREAD_CODE.sub(plain, LINK.sub(reference, HEADING.sub(with_anchor, parts[index])))
    return "".join(parts)


def main():
    path = pathlib.Path(sys.argv[1]).resolve()
    text = path.read_text()
    sys.stdout.write(page(text, path) if path.suffix == ".md" else header(text, path))


if __name__ == "__main__":
    main()
