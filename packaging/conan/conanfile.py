"""Conan 2 recipe, for the source tree it stands in: conan create packaging/conan"""
import pathlib
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy

SOURCE = pathlib.Path(__file__).resolve().parents[2]


class TaskleakConan(ConanFile):
    name = "taskleak"
    description = "Finds threads and tasks that a test leaves behind"
    license = "MIT"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "program": [True, False]}
    default_options = {"shared": False, "program": True}

    def set_version(self):
        listfile = SOURCE / "CMakeLists.txt"
        self.version = re.search(r"project\(taskleak VERSION ([0-9.]+)", listfile.read_text()).group(1)

    def validate(self):
        if self.settings.os != "Linux" or self.settings.arch not in ("x86_64", "armv8"):
            raise ConanInvalidConfiguration("taskleak runs on Linux on x86-64 and aarch64")

    def requirements(self):
        self.requires("elfutils/[>=0.188]", transitive_libs=True)
        self.requires("backward-cpp/1.6", visible=False)
        self.requires("fmt/[>=9.1 <13]", visible=False)
        self.requires("nlohmann_json/[>=3.11 <4]", visible=False)
        if self.options.program:
            self.requires("cli11/[>=2.1 <3]", visible=False)

    def layout(self):
        cmake_layout(self)

    def export_sources(self):
        for part in ("CMakeLists.txt", "LICENSE", "adapters/*", "catch2_plugin/*", "cli/*", "cmake/*", "core/*", "gtest_plugin/*", "hooks/*",
                     "packaging/*", "pages/*"):
            copy(self, part, SOURCE, self.export_sources_folder)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["TASKLEAK_BUILD_TESTS"] = False
        toolchain.cache_variables["TASKLEAK_BUILD_EXAMPLES"] = False
        toolchain.cache_variables["TASKLEAK_BUILD_LIVE"] = False
        toolchain.cache_variables["TASKLEAK_BUILD_CLI"] = bool(self.options.program)
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        # taskleak's own package file has the plugins. Consumers compile their sources.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs.append("lib/cmake/taskleak")
        self.cpp_info.libs = ["taskleak"]
        self.cpp_info.system_libs = ["pthread"]
