#!/usr/bin/env python3
"""Checks what an installed shared taskleak exports: what its public headers declare, and nothing of what is behind them; and its SONAME.

Usage: check_exports.py PREFIX MAJOR.MINOR
"""
import pathlib
import re
import subprocess
import sys

# Names of what is behind the headers (core/src), of the libraries that are compiled into it, and of the C++ library.
PRIVATE = re.compile(r"^\w+ \w (?:(?:vtable|typeinfo|typeinfo name) for )?"
                     r"(?:taskleak::(?:alive|base|check|explain|pages|platform|registry|report|rules|run|symbolize)|fmt|nlohmann|backward|httplib|protozero|std)::")


def output(*command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def main():
    prefix, version = pathlib.Path(sys.argv[1]), sys.argv[2]
    libraries = [path for path in prefix.rglob("libtaskleak*.so") if path.is_symlink()]
    if not libraries:
        sys.exit(f"no shared libraries in {prefix}")
    wrong = []
    for library in libraries:
        exported = output("nm", "-DC", "--defined-only", library).splitlines()
        if not any("taskleak::" in line for line in exported):
            wrong.append(f"{library.name} exports nothing of taskleak's")
        wrong += [f"{library.name} exports {line}" for line in exported if PRIVATE.match(line)]
        if f"[{library.name}.{version}]" not in output("readelf", "-d", library):
            wrong.append(f"the SONAME of {library.name} is not {library.name}.{version}")
    print(f"{len(libraries)} shared libraries")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
