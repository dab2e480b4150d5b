// Looks at threads that are hard to look at.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "environment/leak.h"
#include "support/repetitions.h"
#include "support/run_program.h"
#include "support/sanitizer.h"

namespace taskleak::environment {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

Outcome RunWith(const std::vector<std::string>& arguments) {
  return RunProgram(ENVIRONMENT_ODD_THREADS, arguments, {{"ASAN_OPTIONS", "detect_leaks=0"}});
}

void ExpectTheLeak(const Outcome& outcome) {
  EXPECT_EQ(outcome.exit_code, kFound) << "signal " << outcome.signal << '\n'
                                       << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("StayHere(")) << outcome.err;
}

TEST(OddThreadsTest, ThousandsAreOneGroup) {
  const int threads = ::taskleak::testing::Repetitions(kUnderAsan || kUnderTsan ? 500 : 5000);
  const std::string count = std::to_string(threads);
  const Outcome outcome = RunWith({"many", count});
  ExpectTheLeak(outcome);
  EXPECT_THAT(outcome.out, HasSubstr("[1] " + count + " threads"));
}

TEST(OddThreadsTest, OneThatWaitsAtTheEndOfItsStack) { ExpectTheLeak(RunWith({"full-stack"})); }

// A signal's frame would not fit. So the thread is stopped, or has no stack in the report if
// stopping is denied.
TEST(OddThreadsTest, OneThatRunsAtTheEndOfItsStackIsNotSentASignal) {
  const Outcome outcome = RunWith({"full-stack", "runs"});
  EXPECT_EQ(outcome.exit_code, kFound) << "signal " << outcome.signal << '\n'
                                       << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, AnyOf(HasSubstr("RunHere("), HasSubstr("so it was not sent a signal")));
}

TEST(OddThreadsTest, OneThatWaitsInTheHandlerOfItsStackOverflow) {
  if (kUnderTsan) GTEST_SKIP() << "ThreadSanitizer's own record of calls overflows before";
  ExpectTheLeak(RunWith({"overflow"}));
}

class BrokenStackTest : public ::testing::TestWithParam<const char*> {};

TEST_P(BrokenStackTest, IsReadAsFarAsItGoes) {
  if (kUnderTsan && std::string(GetParam()) == "all")
    GTEST_SKIP() << "ThreadSanitizer uses what is overwritten";
#ifdef __clang__
  if (kUnderAsan) GTEST_SKIP() << "frames without a fixed size are found by what is above them";
#endif
  ExpectTheLeak(RunWith({"broken-stack", GetParam()}));
}

INSTANTIATE_TEST_SUITE_P(OddThreadsTest, BrokenStackTest,
                         ::testing::Values("garbage", "zero", "circle", "backwards", "data",
                                           "unmapped", "all"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace taskleak::environment
