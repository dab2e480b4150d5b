#!/usr/bin/env python3
"""Checks what package managers get: pkg-config's file by a program built with it, the Debian package by its contents, the vcpkg port and the
Conan recipe as far as that goes without the two.

Usage: check_packages.py BUILD_DIR SOURCE_DIR INSTALL_PREFIX VERSION COMPILER
"""
import ast
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# vcpkg's functions that the port calls, which only say what they got.
VCPKG_STUBS = """
cmake_minimum_required(VERSION 3.22)
foreach(function vcpkg_check_features vcpkg_cmake_configure vcpkg_cmake_install vcpkg_cmake_config_fixup vcpkg_fixup_pkgconfig vcpkg_copy_tools
                 vcpkg_install_copyright)
  cmake_language(EVAL CODE "function(${function})\\nmessage(STATUS \\"${function} \\${ARGN}\\")\\nendfunction()")
endforeach()
set(CURRENT_PACKAGES_DIR "${CMAKE_CURRENT_BINARY_DIR}/packages")
set(FEATURES core program)
"""


def output(*command, **keywords):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **keywords).stdout


def require(condition, what):
    if not condition:
        sys.exit(what)


def pkg_config(prefix, source, version, compiler, work):
    library = next(prefix.rglob("taskleak.pc")).parent
    environment = dict(os.environ, PKG_CONFIG_PATH=str(library))
    require(output("pkg-config", "--modversion", "taskleak", env=environment).strip() == version, "pkg-config reports another version")
    flags = output("pkg-config", "--cflags", "--libs", "taskleak", env=environment).split()
    consumer = source / "tests" / "consumer" / "core_only"
    for program, code in (("clean_test", 0), ("my_test", 1)):
        built = work / program
        subprocess.run([compiler, "-std=c++17", consumer / f"{program}.cc", "-o", built, *flags], check=True)
        ran = subprocess.run([built], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        require((ran.returncode != 0) == (code != 0), f"{program}, built with pkg-config, ends with {ran.returncode}")


def debian(build, version, work):
    subprocess.run(["cpack", "-G", "DEB", "--config", build / "CPackConfig.cmake", "-B", work], check=True, stdout=subprocess.DEVNULL)
    package = next(work.glob("*.deb"))
    control = output("dpkg-deb", "--field", package)
    for line in ("Package: taskleak", f"Version: {version}", "Section: libdevel"):
        require(line in control.splitlines(), f"the package does not say {line!r}:\n{control}")
    depends = next(line for line in control.splitlines() if line.startswith("Depends:"))
    require("libdw-dev" in depends and "libc6" in depends, depends)
    if "libtaskleak_live.a" in output("dpkg-deb", "--contents", package):
        require("zlib1g-dev" in depends, depends)
    contents = output("dpkg-deb", "--contents", package)
    for path in ("/bin/taskleak\n", "/include/taskleak/verify.h", "/lib/", "/taskleakConfig.cmake", "/TaskleakGate.cmake", "/man1/taskleak.1",
                 "/pkgconfig/taskleak.pc", "libtaskleak_preload.so", "/doc/taskleak/copyright"):
        require(path in contents, f"the package has no {path}")
    root = work / "root"
    subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
    program = next(root.rglob("bin/taskleak"))
    require(output(program, "--version") == f"taskleak {version}\n", "the packaged program reports another version")
    # The preload library is found where the package has it.
    ran = subprocess.run([program, "run", "--", "python3", "-c", "pass"])
    require(ran.returncode == 0, f"the packaged program cannot run a program: {ran.returncode}")


def vcpkg(source, version, work):
    port = source / "packaging" / "vcpkg" / "taskleak"
    manifest = json.loads((port / "vcpkg.json").read_text())
    require(manifest["version"] == version, f"vcpkg.json says version {manifest['version']}, and the project {version}")
    script = work / "port.cmake"
    script.write_text(VCPKG_STUBS + f'include("{port}/portfile.cmake")\n')
    said = output("cmake", "-P", script, stderr=subprocess.STDOUT)
    require(f"vcpkg_cmake_configure SOURCE_PATH;{source}" in said, said)


def conan(source, version, compiler, work):
    recipe = source / "packaging" / "conan" / "conanfile.py"
    text = recipe.read_text()
    # With the files that the recipe exports, and as it says, CMake can configure.
    loop = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.For))
    exported = work / "exported"
    for pattern in (node.value for node in ast.walk(loop.iter) if isinstance(node, ast.Constant)):
        for path in source.glob(pattern):
            target = exported / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(path, target) if path.is_dir() else shutil.copy(path, target)
    switched_off = (f"-D{name}=OFF" for name in re.findall(r'cache_variables\["(\w+)"\] = False', text))
    subprocess.run(["cmake", "-S", exported, "-B", work / "conan", f"-DCMAKE_CXX_COMPILER={compiler}", *switched_off], check=True,
                   stdout=subprocess.DEVNULL)
    if shutil.which("conan"):
        require(output("conan", "inspect", recipe, "--format=json").find(f'"{version}"') >= 0, "the Conan recipe has another version")


def main():
    build, source, prefix = (pathlib.Path(argument) for argument in sys.argv[1:4])
    version, compiler = sys.argv[4:6]
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        pkg_config(prefix, source, version, compiler, work)
        vcpkg(source, version, work)
        conan(source, version, compiler, work)
        debian(build, version, work)


if __name__ == "__main__":
    main()
