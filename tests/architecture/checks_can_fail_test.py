#!/usr/bin/env python3
"""The checks of this folder fail on planted violations, and pass without them.

Usage: checks_can_fail_test.py COMPILER
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
COMPILER = "c++"


class ChecksCanFailTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        self.plant("core/include/taskleak/leak.h", "#include <string>")
        self.plant("core/src/linux/proc/list.h", '#include "base/mutex.h"')

    def plant(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")

    def run_check(self, script, *arguments):
        return subprocess.run([sys.executable, HERE / script, *arguments], text=True, capture_output=True)

    def assert_includes_rejected(self, path, text, reason):
        self.assertEqual(self.run_check("check_includes.py", self.root).returncode, 0)
        self.plant(path, text)
        result = self.run_check("check_includes.py", self.root)
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{path}:1: ", result.stdout)
        self.assertIn(reason, result.stdout)

    def test_an_include_upwards(self):
        self.assert_includes_rejected("core/src/check/diff.cc", '#include "report/text.h"', "check may not include report")

    def test_an_include_of_a_sibling(self):
        self.assert_includes_rejected("core/src/symbolize/names.cc", '#include "registry/tasks.h"',
                                      "symbolize may not include registry")

    def test_an_include_upwards_inside_the_platform(self):
        self.assert_includes_rejected("core/src/linux/proc/maps.cc", '#include "linux/unwind/frame_walk.h"',
                                      "linux/proc may not include linux/unwind")

    def test_a_folder_outside_the_rooms(self):
        self.assert_includes_rejected("core/src/misc/util.cc", "#include <string>", "no place in the order of rooms")

    def test_a_question_for_the_processor(self):
        self.assert_includes_rejected("core/src/linux/look/copy.cc", "#ifdef __x86_64__",
                                      "only core/src/linux/arch knows the processor")

    def test_an_include_of_a_processors_folder(self):
        self.assert_includes_rejected("core/src/linux/look/copy.cc", '#include "linux/arch/aarch64/registers.h"',
                                      "only core/src/linux/arch knows the processor")

    def test_a_framework_in_the_core(self):
        self.assert_includes_rejected("core/src/run/run.cc", "#include <gtest/gtest.h>", "the core knows no test framework")

    def test_a_private_header_in_a_public_one(self):
        self.assert_includes_rejected("core/include/taskleak/verify.h", '#include "check/diff.h"', "public headers include only")

    def test_a_header_in_the_plain_values(self):
        self.assert_includes_rejected("core/include/taskleak/leak.h", '#include "taskleak/verify.h"', "leak.h holds plain values")

    def test_a_private_header_of_the_core_in_a_plugin(self):
        self.assert_includes_rejected("gtest_plugin/src/listener.cc", '#include "run/scopes.h"', "plugins include only public")

    def test_a_missing_public_header_in_a_plugin(self):
        self.assert_includes_rejected("gtest_plugin/src/listener.cc", '#include "taskleak/none.h"', "no such public header")

    def test_a_private_header_of_the_core_in_live(self):
        self.assert_includes_rejected("live/src/capture.cc", '#include "check/checker.h"', "plugins include only public")

    def check_header(self, text):
        self.plant("core/include/taskleak/leak.h", text)
        return self.run_check("check_headers.py", COMPILER, self.root, "core/include").returncode

    def test_a_header_that_lacks_an_include(self):
        self.assertEqual(self.check_header("#pragma once\n#include <string>\ninline std::string s;"), 0)
        self.assertEqual(self.check_header("#pragma once\ninline std::string s;"), 1)

    def test_a_header_that_lacks_its_guard(self):
        self.assertEqual(self.check_header("struct S {};"), 1)

    def test_a_header_that_needs_a_later_standard(self):
        self.assertEqual(self.check_header("#pragma once\ntemplate <typename T> concept C = true;"), 1)

    def test_a_header_that_does_not_say_that_it_needs_cxx17(self):
        code = "#include <optional>\ninline std::optional<int> o;"
        self.assertEqual(self.check_header(f"#pragma once\n{code}"), 1)
        self.assertEqual(self.check_header(f'#pragma once\n#if __cplusplus < 201703L\n#error "needs C++17"\n#endif\n{code}'), 0)

    def check_document(self, text):
        self.plant("example.cc", "void F() {\n  // [use]\n  int a = 0;\n  // [/use]\n}")
        self.plant("page.md", text)
        return self.run_check("check_snippets.py", self.root, "page.md").returncode

    def test_code_that_differs_from_its_origin(self):
        self.assertEqual(self.check_document("<!-- from example.cc: use -->\n```cpp\nint a = 0;\n```"), 0)
        self.assertEqual(self.check_document("<!-- from example.cc: use -->\n```cpp\nint b = 0;\n```"), 1)

    def test_code_without_an_origin(self):
        self.assertEqual(self.check_document("```cpp\nint a = 0;\n```"), 1)

    def test_code_from_a_region_that_does_not_exist(self):
        self.assertEqual(self.check_document("<!-- from example.cc: other -->\n```cpp\nint a = 0;\n```"), 1)

    def check_links(self, text):
        self.plant("docs/other.md", "# A page\n## The `first`, of 2\n```\n# no heading\n```")
        self.plant("README.md", text)
        return self.run_check("check_links.py", self.root).returncode

    def test_a_link_to_no_file(self):
        self.assertEqual(self.check_links("[a](docs/other.md) [b](https://example.org) `[c](none.md)`"), 0)
        self.assertEqual(self.check_links("[`a`](docs/none.md)"), 1)

    def test_a_link_to_no_heading(self):
        self.assertEqual(self.check_links("# Top\n[a](docs/other.md#the-first-of-2) [b](#top)"), 0)
        self.assertEqual(self.check_links("[a](docs/other.md#no-heading)"), 1)
        self.assertEqual(self.check_links("# Top\n[a](#bottom)"), 1)

    def check_comment(self, text):
        self.plant("core/src/check/diff.cc", text)
        return self.check_links("# Top")

    def test_a_comment_that_names_no_file(self):
        self.assertEqual(self.check_comment("int a;  // as in docs/other.md and taskleak/leak.h (https://a.org/docs/none.md)"), 0)
        self.assertEqual(self.check_comment("/// As in docs/none.md."), 1)
        self.assertEqual(self.check_comment("/// As <taskleak/none.h> says."), 1)

    def test_a_state_for_which_the_pages_have_no_words(self):
        self.plant("README.md", "\n## Options\n\n| `drain` |")
        self.plant("core/src/rules/options.cc", '    {"drain", 1}')
        self.plant("docs/install.md", "\n## CMake options\n\n| `TASKLEAK_TESTS` |")
        self.plant("CONTRIBUTING.md", "")
        self.plant("CMakeLists.txt", "option(TASKLEAK_TESTS ON)")
        self.plant("docs/ignore-rules.md", "\n## The built-in list\n\n| `grpc` |")
        self.plant("core/src/rules/known_threads.cc", '    Entry("grpc")')
        self.plant("core/src/report/state_words.cc", '{WaitState::kPoll, "poll", "in poll"}, {WaitState::kOther, "other", "alive"}')
        for words, code in ("poll: 'descriptors'", 0), ("", 1), ("poll: 'descriptors', read: 'data'", 1):
            self.plant("pages/blocks.js", f"\nconst kWaits = {{\n  {words}\n}};")
            result = self.run_check("check_tables.py", self.root)
            self.assertEqual(result.returncode, code, result.stdout)


if __name__ == "__main__":
    COMPILER = sys.argv.pop(1)
    unittest.main()
