#!/usr/bin/env python3
"""Installs a build of taskleak, moves it, and fails if what was installed names this machine's folders.

Usage: install_taskleak.py BUILD_DIR SOURCE_DIR PREFIX
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile


def mentions(path, needles):
    """Returns the needles that a file contains, without its debug information."""
    content = path.read_bytes()
    if content.startswith((b"\x7fELF", b"!<arch>")):
        with tempfile.NamedTemporaryFile() as stripped:
            subprocess.run(["objcopy", "--strip-debug", path, stripped.name], check=True)
            content = pathlib.Path(stripped.name).read_bytes()
    return [needle for needle in needles if needle.encode() in content]


def main():
    build, source, prefix = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    first_prefix = prefix.with_name(prefix.name + "-before-the-move")
    for old in (prefix, first_prefix):
        shutil.rmtree(old, ignore_errors=True)
    subprocess.run(["cmake", "--install", build, "--prefix", first_prefix], check=True)
    first_prefix.rename(prefix)  # a package must not care where it stands

    installed = [path for path in prefix.rglob("*") if path.is_file() and not path.is_symlink()]
    if not installed:
        sys.exit("nothing was installed")
    found = [f"{path} mentions {needle}" for path in installed for needle in mentions(path, (source, build, str(first_prefix)))]
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
