// taskleak changes nothing in a program except the results of tests that leak. Each program of the
// corpus is linked twice from the same objects: without and with taskleak's hooks and plugin. The
// second program runs with taskleak switched off, without hooks, and at work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <regex>
#include <string>
#include <tuple>

#include "corpus/findings.h"
#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::HasSubstr;
using testing::Not;

/// One program in its two forms, and which of its tests return.
struct Pair {
  const char* name;
  const char* plain;
  const char* linked;
  std::string filter;
};
void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.name; }

/// A way to run the linked form.
struct Mode {
  const char* name;
  const char* options;
  bool reports;  // to standard error
};
void PrintTo(const Mode& mode, std::ostream* out) { *out << mode.name; }

constexpr std::array kModes = {
    Mode{"Off", "on_leak=off", false},
    Mode{"OffWithoutHooks", "on_leak=off:hooks=0", false},
    Mode{"AtWork", "on_leak=warn:drain=20ms:drain_max=200ms", true},
    Mode{"AtWorkWithoutHooks", "on_leak=warn:hooks=0:drain=20ms:drain_max=200ms", true},
};

/// Returns a filter for all tests that return.
std::string TestsThatReturn(const std::string& table) {
  std::string filter = "*";
  std::string separator = "-";
  for (const Bug& bug : ReadTable(CORPUS_FOLDER "/" + table)) {
    if (!bug.body_blocks) continue;
    filter += separator + "Buggy." + bug.name;
    separator = ":";
  }
  return filter;
}

std::string KernelsThatReturn() {
  std::string cpp = TestsThatReturn("cpp_bugs.json");
  const std::string go = TestsThatReturn("go_bugs.json");
  const std::size_t dash = go.find('-');
  if (dash == std::string::npos) return cpp;
  return cpp + (cpp.find('-') == std::string::npos ? "-" : ":") + go.substr(dash + 1);
}

/// Returns the output of the tests, without times. It starts at GoogleTest's first line, since the
/// main functions differ.
std::string PrintedBy(const Outcome& outcome) {
  static const std::regex times(R"(\([0-9]+ ms( total)?\))");
  const std::size_t start = outcome.out.find("[=====");
  return std::regex_replace(start == std::string::npos ? outcome.out : outcome.out.substr(start),
                            times, "(time)");
}

Outcome RunTests(const char* program, const std::string& filter, const std::string& options) {
  return RunProgram(program, {"--gtest_filter=" + filter, "--gtest_color=no"},
                    {{"TASKLEAK_OPTIONS", options}});
}

class TransparencyTest : public testing::TestWithParam<std::tuple<Pair, Mode>> {};

TEST_P(TransparencyTest, ThePrintedTextAndTheExitCodeStayTheSame) {
  const auto& [pair, mode] = GetParam();
  const Outcome plain = RunTests(pair.plain, pair.filter, "on_leak=fail");
  const Outcome linked = RunTests(pair.linked, pair.filter, mode.options);
  ASSERT_THAT(plain.out, HasSubstr("[  PASSED  ]")) << plain.err;
  EXPECT_EQ(linked.signal, plain.signal);
  EXPECT_EQ(linked.exit_code, plain.exit_code);
  EXPECT_EQ(PrintedBy(linked), PrintedBy(plain));
  if (mode.reports) {
    EXPECT_THAT(linked.err, Not(HasSubstr("FAILED")));
  } else {
    EXPECT_EQ(linked.err, plain.err);
  }
}

std::string NameOf(const testing::TestParamInfo<std::tuple<Pair, Mode>>& info) {
  return std::string(std::get<0>(info.param).name) + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(
    Corpus, TransparencyTest,
    testing::Combine(testing::Values(Pair{"Kernels", KERNELS_PLAIN, KERNELS, KernelsThatReturn()},
                                     Pair{"Correct", CORRECT_PLAIN, CORRECT, "*"}),
                     testing::ValuesIn(kModes)),
    NameOf);

}  // namespace
}  // namespace taskleak
