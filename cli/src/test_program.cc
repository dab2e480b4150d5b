#include "test_program.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "child_process.h"
#include "run_report.h"
#include "test_entry.h"

namespace taskleak::cli {
namespace {

using Words = std::vector<std::string>;

constexpr const char* kRunDisabled = "--gtest_also_run_disabled_tests";

// Runs `command` with `more` arguments; returns the lines of its standard output.
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

// In double quotes a name of Catch2 is taken as it is, but for quotes and backslashes.
std::string QuotedForCatch2(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string Joined(const Words& words, char separator) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

}  // namespace

TestProgram::TestProgram(Words command) : command_(std::move(command)) {
  const TemporaryFolder folder;
  if (!ListGoogleTests(folder) && !ListCatch2Tests(folder)) {
    throw std::runtime_error(command_.front() +
                             ": lists no tests, neither as GoogleTest nor as Catch2 does");
  }
}

// As a file and not as text: programs may print what they like.
bool TestProgram::ListGoogleTests(const TemporaryFolder& folder) {
  const std::string path = folder.File("tests.json");
  LinesOf(command_, {"--gtest_list_tests", "--gtest_output=json:" + path}, folder);
  std::ifstream file(path);
  const Json list = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!list.is_object() || !list.contains("testsuites")) return false;
  const bool with_disabled = std::ranges::find(command_, kRunDisabled) != command_.end();
  for (const Json& suite : list["testsuites"]) {
    if (!suite.contains("testsuite")) continue;
    for (const Json& test : suite["testsuite"]) {
      const std::string suite_name = TextAt(suite, "name");
      const std::string name = suite_name + '.' + TextAt(test, "name");
      // GoogleTest's own pattern is "DISABLED_*:*/DISABLED_*", for suites and tests.
      const bool disabled = suite_name.starts_with("DISABLED_") ||
                            name.find("/DISABLED_") != std::string::npos ||
                            name.find(".DISABLED_") != std::string::npos;
      if (!disabled || with_disabled) tests_.push_back(name);
    }
  }
  framework_ = Framework::kGoogleTest;
  return true;
}

// --libidentify is there for tools, in versions 2 and 3.
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

Words TestProgram::CommandFor(const Words& tests, const std::string& file) const {
  constexpr std::size_t kLongestArgument = 100'000;  // Linux takes 128 KiB (execve(2))
  Words command = command_;
  const bool catch2 = framework_ == Framework::kCatch2;
  Words names = tests;
  if (catch2) {
    std::ranges::transform(names, names.begin(), QuotedForCatch2);
    command.insert(command.end(), {"--order", "decl"});
  }
  const std::string selection =
      catch2 ? Joined(names, ',') : "--gtest_filter=" + Joined(names, ':');
  if (selection.size() < kLongestArgument) {
    command.push_back(selection);
    return command;
  }
  std::ofstream(file, std::ios::trunc) << (catch2 ? Joined(names, '\n') : selection) << '\n';
  if (catch2)
    command.insert(command.end(), {"--input-file", file});
  else
    command.push_back("--gtest_flagfile=" + file);
  return command;
}

}  // namespace taskleak::cli
