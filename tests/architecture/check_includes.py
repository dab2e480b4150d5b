#!/usr/bin/env python3
"""Fails when an include of taskleak's sources points the wrong way.

Usage: check_includes.py SOURCE_DIR
"""
import pathlib
import re
import sys

# The rooms of core/src, lowest first. Each may include those before it, but for the pairs in APART.
ROOMS = (
    "base",
    "linux/proc",
    "linux/modules",
    "linux/arch",
    "linux/corefile",
    "linux/unwind",
    "linux/coroutines",
    "linux/look",
    "registry",
    "symbolize",
    "rules",
    "alive",
    "explain",
    "check",
    "report",
    "run",
)
APART = {("symbolize", "registry")}
PLUGINS = (
    "gtest_plugin",
    "adapters/asio",
    "adapters/boost_fiber",
    "adapters/coroutine",
    "adapters/libuv",
    "adapters/tbb",
    "live",
    "pages",
)
WITHOUT_DECLARATIONS = "taskleak/internal/require_cxx17.h"
# Which others a plugin may include besides its own headers.
USES = {"adapters/asio": ("adapters/coroutine",)}
FRAMEWORKS = re.compile(r"(gtest|gmock|catch2)/|catch\.hpp$")
POSIX_IN_PUBLIC = {"pthread.h"}  # its types are what a thread is made with
# What only the folders of processors know.
PROCESSOR = re.compile(r"\b(__x86_64__|__amd64__|__aarch64__|__i386__|REG_R\w+|EM_X86_64|EM_AARCH64|PTRACE_GETREGS)\b|\blinux/arch/(x86_64|aarch64)/")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def sources(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in (".h", ".cc"))


def includes(path):
    """Returns the (line number, text) of every include of a file."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[2]


def public_headers(folder):
    """Returns the files below the folders named include, in the form in which they are included."""
    paths = [p.relative_to(folder).parts for p in folder.rglob("*") if p.suffix in (".h", ".inc")]
    return {"/".join(parts[parts.index("include") + 1:]) for parts in paths if "include" in parts}


def room_of(path):
    """Returns the room of core/src that a path is in, or None."""
    return next((room for room in ROOMS if path.startswith(room + "/")), None)


def wrong_in_core(path, core, text):
    """Returns why a file of core must not include `text`, or None if it may."""
    if FRAMEWORKS.match(text):
        return "the core knows no test framework"
    place = path.relative_to(core).parts
    if place[0] == "include":
        if path.name == "leak.h" and text.startswith("taskleak/") and text != WITHOUT_DECLARATIONS:
            return "leak.h holds plain values and knows no other header"
        if text.startswith("taskleak/") or text in POSIX_IN_PUBLIC:
            return None
        if "/" in text or text.endswith(".h"):
            return "public headers include only public headers and the standard library"
        return None
    room, target = room_of("/".join(place[1:])), room_of(text)
    if room is None:
        return f"core/src/{'/'.join(place[1:-1])} has no place in the order of rooms"
    if target is not None and (ROOMS.index(target) > ROOMS.index(room) or (room, target) in APART):
        return f"{room} may not include {target}"
    return None


def wrong_in_plugin(known, text):
    """Returns why a file of a plugin with these headers must not include `text`, or None if it may."""
    if text.startswith("taskleak/"):
        return None if text in known else "no such public header of the core or of this plugin"
    if room_of(text):
        return "plugins include only public headers of the core"
    return None


def processors(path):
    """The (line number, text) of every line of a file that asks which processor it runs on."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := PROCESSOR.search(line):
            yield number, match[0]


def violations(root):
    core = root / "core"
    for path in sources(core) + sources(root / "cli") + sources(root / "hooks"):
        if "linux/arch/" in path.as_posix():
            continue
        for number, text in processors(path):
            yield f"{path.relative_to(root)}:{number}: {text}: only core/src/linux/arch knows the processor"
    core_headers = public_headers(core)
    for path in sources(core):
        for number, text in includes(path):
            if why := wrong_in_core(path, core, text):
                yield f'{path.relative_to(root)}:{number}: includes "{text}": {why}'
    for name in PLUGINS:
        known = core_headers.union(*(public_headers(root / folder) for folder in (name, *USES.get(name, ()))))
        for path in sources(root / name):
            for number, text in includes(path):
                if why := wrong_in_plugin(known, text):
                    yield f'{path.relative_to(root)}:{number}: includes "{text}": {why}'


def main():
    root = pathlib.Path(sys.argv[1])
    if not sources(root / "core"):
        sys.exit(f"{root}: no sources of the core here")
    found = list(violations(root))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
