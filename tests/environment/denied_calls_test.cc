// Looks while one system call after the other is denied: with EPERM, as in a sandbox, and with
// ENOSYS, as with an older kernel.
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "environment/deny.h"
#include "environment/leak.h"
#include "support/repetitions.h"
#include "support/run_program.h"
#include "support/sanitizer.h"

namespace taskleak::environment {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsSubsetOf;

Outcome RunWithout(const std::string& call, int error) {
  return RunProgram(ENVIRONMENT_FAULTS, {"deny", call, std::to_string(error)},
                    {{"ASAN_OPTIONS", "detect_leaks=0"}});
}

class DeniedCallTest : public ::testing::TestWithParam<Call> {};

TEST_P(DeniedCallTest, TheLeaksAreFoundOrItIsSaidWhyNot) {
  if (kUnderAsan || kUnderTsan) GTEST_SKIP() << "sanitizers need the calls themselves";
  for (const int error : {EPERM, ENOSYS}) {
    const Outcome outcome = RunWithout(GetParam().name, error);
    SCOPED_TRACE(error == EPERM ? "EPERM" : "ENOSYS");
    EXPECT_THAT(outcome.exit_code, AnyOf(kFound, kCouldNotLook))
        << "signal " << outcome.signal << '\n'
        << outcome.out << outcome.err;
    EXPECT_THAT(outcome.out, AnyOf(HasSubstr("StayHere("), HasSubstr("could not be read"),
                                   HasSubstr("could not look"), HasSubstr("does not show"),
                                   HasSubstr("frames are missing: ")));
  }
}

std::vector<Call> CallsToDeny() {
  std::vector<Call> calls;
  const auto step = static_cast<std::size_t>(::taskleak::testing::Stride());
  for (std::size_t i = 0; i < std::size(kCallsOfALook); i += step)
    calls.push_back(kCallsOfALook[i]);
  return calls;
}

INSTANTIATE_TEST_SUITE_P(Calls, DeniedCallTest, ::testing::ValuesIn(CallsToDeny()),
                         [](const auto& test) { return test.param.name; });

// Returns the calls that strace shows in the program's first thread after the look begins.
std::set<std::string> CallsOfALook(const std::string& log) {
  std::set<std::string> calls;
  std::istringstream lines(log.substr(log.find("the look begins")));
  const std::regex call("^([a-z_0-9]+)\\(.*");
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, call)) calls.insert(match[1]);
  }
  return calls;
}

TEST(DeniedCallsTest, AreAllThatALookCalls) {
  if (kUnderAsan || kUnderTsan) GTEST_SKIP() << "sanitizers call others";
  const TemporaryDirectory folder;
  const std::string log = folder.File("log");
  // Without -f, strace shows only the first thread, which is the one that looks.
  const Outcome outcome =
      RunProgram("strace", {"-qq", "-o", log, ENVIRONMENT_FAULTS, "deny", "none", "0"});
  ASSERT_EQ(outcome.exit_code, kFound) << outcome.out << outcome.err;
  std::set<std::string> calls = CallsOfALook(ReadFile(log));
  for (const Call& call : kCallsOfALook) calls.erase(call.name);
  EXPECT_THAT(calls, IsSubsetOf({"brk", "exit_group", "futex", "write"}));
}

}  // namespace
}  // namespace taskleak::environment
