#include "test_program.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "child_process.h"
#include "run_report.h"
#include "test_entry.h"

namespace taskleak::cli {
namespace {

using Words = std::vector<std::string>;

constexpr const char* kRunDisabled = "--gtest_also_run_disabled_tests";

// Runs `command` with `more` arguments. Returns the lines of its standard output.
Words LinesOf(Words command, const Words& more, const TemporaryFolder& folder) {
  command.insert(command.end(), more.begin(), more.end());
  const std::string output = folder.File("list");
  std::ofstream(output, std::ios::trunc).close();
  RunChild({.command = std::move(command),
            .output = output,
            .errors = "/dev/null",
            .standard_input = "/dev/null"});
  std::ifstream file(output);
  Words lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// Puts a backslash before characters with a special meaning in Catch2's selections.
std::string EscapedForCatch2(const std::string& name) {
  std::string escaped;
  for (const char c : name) {
    if (std::string_view("\\\",[]~").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// Puts a wildcard in the place of characters with a special meaning in GoogleTest's filters, which
// names of typed tests may have ("Queue/std::string.Fills").
std::string EscapedForGoogleTest(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return c == ':' || c == '-' || c == '*'; }, '?');
  return name;
}

bool HasWildcard(const std::string& pattern) { return pattern.find('?') != std::string::npos; }

bool Selects(const std::string& pattern, const std::string& name) {
  return std::ranges::equal(pattern, name, [](char p, char c) { return p == '?' || p == c; });
}

// Returns a filter for `tests`. Its wildcards would also select other tests with similar names (of
// `all`), such as "Queue/int&.Fills" beside "Queue/int*.Fills", so it takes these out. Tests whose
// names differ in nothing but characters with a special meaning cannot be told apart.
std::string FilterFor(const Words& tests, const Words& all) {
  Words patterns;
  std::set<std::string> taken_out;
  for (const std::string& test : tests) {
    const std::string& pattern = patterns.emplace_back(EscapedForGoogleTest(test));
    if (!HasWildcard(pattern)) continue;
    for (const std::string& other : all) {
      if (Selects(pattern, other)) taken_out.insert(EscapedForGoogleTest(other));
    }
  }
  std::erase_if(taken_out, [&tests](const std::string& pattern) {
    return std::ranges::any_of(
        tests, [&pattern](const std::string& test) { return Selects(pattern, test); });
  });
  return fmt::format("{}{}{}", fmt::join(patterns, ":"), taken_out.empty() ? "" : "-",
                     fmt::join(taken_out, ":"));
}

// Returns the tests that the program lists as GoogleTest does, or nothing if it does not. Reads the
// list from a file and not from the output, because programs may print other text.
std::optional<Words> GoogleTestsOf(const Words& command, const TemporaryFolder& folder) {
  const std::string path = folder.File("tests.json");
  LinesOf(command, {"--gtest_list_tests", "--gtest_output=json:" + path}, folder);
  std::ifstream file(path);
  const Json list = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!list.is_object() || !list.contains("testsuites")) return std::nullopt;
  const bool with_disabled = std::ranges::find(command, kRunDisabled) != command.end();
  Words tests;
  for (const Json& suite : list["testsuites"]) {
    if (!suite.contains("testsuite")) continue;
    for (const Json& test : suite["testsuite"]) {
      const std::string suite_name = TextAt(suite, "name");
      const std::string name = suite_name + '.' + TextAt(test, "name");
      // GoogleTest's own pattern is "DISABLED_*:*/DISABLED_*", for suites and tests.
      const bool disabled = suite_name.starts_with("DISABLED_") ||
                            name.find("/DISABLED_") != std::string::npos ||
                            name.find(".DISABLED_") != std::string::npos;
      if (!disabled || with_disabled) tests.push_back(name);
    }
  }
  return tests;
}

}  // namespace

TestProgram::TestProgram(Words command) : command_(std::move(command)) {
  const TemporaryFolder folder;
  if (!ListGoogleTests(folder) && !ListCatch2Tests(folder)) {
    throw std::runtime_error(command_.front() +
                             ": lists no tests, neither as GoogleTest nor as Catch2 does");
  }
}

bool TestProgram::ListGoogleTests(const TemporaryFolder& folder) {
  const std::optional<Words> tests = GoogleTestsOf(command_, folder);
  if (!tests) return false;
  tests_ = *tests;
  framework_ = Framework::kGoogleTest;
  const bool any_wildcard = std::ranges::any_of(
      tests_, [](const std::string& test) { return HasWildcard(EscapedForGoogleTest(test)); });
  if (any_wildcard) {  // which may select tests that the command's own filter leaves out
    Words unfiltered = command_;
    unfiltered.emplace_back("--gtest_filter=*");
    all_tests_ = GoogleTestsOf(unfiltered, folder).value_or(tests_);
  }
  return true;
}

// Catch2 2 and 3 have --libidentify for tools.
bool TestProgram::ListCatch2Tests(const TemporaryFolder& folder) {
  const Words identity = LinesOf({command_.front()}, {"--libidentify"}, folder);
  const auto line_with = [&identity](const char* text) {
    return std::ranges::any_of(
        identity, [text](const std::string& line) { return line.find(text) != std::string::npos; });
  };
  if (!line_with("testframework") || !line_with("Catch")) return false;
  framework_ = Framework::kCatch2;
  tests_ =
      line_with("version:        2.")
          ? LinesOf(command_, {"--list-test-names-only", "--order", "decl"}, folder)
          : LinesOf(command_, {"--list-tests", "--verbosity", "quiet", "--order", "decl"}, folder);
  std::erase(tests_, std::string());
  return true;
}

// For GoogleTest, a selection that is too long for one argument is passed in a file. Catch2 accepts
// several arguments, each of which ends with a comma.
Words TestProgram::CommandFor(const Words& tests, const std::string& file) const {
  constexpr std::size_t kLongestArgument = 100'000;  // Linux takes 128 KiB (execve(2))
  Words command = command_;
  if (framework_ == Framework::kCatch2) {
    command.insert(command.end(), {"--order", "decl", ""});
    for (const std::string& test : tests) {
      if (command.back().size() > kLongestArgument) command.emplace_back();
      command.back() += EscapedForCatch2(test) + ',';
    }
    return command;
  }
  const std::string selection = "--gtest_filter=" + FilterFor(tests, all_tests_);
  if (selection.size() < kLongestArgument) {
    command.push_back(selection);
  } else {
    std::ofstream(file, std::ios::trunc) << selection << '\n';
    command.push_back("--gtest_flagfile=" + file);
  }
  return command;
}

}  // namespace taskleak::cli
