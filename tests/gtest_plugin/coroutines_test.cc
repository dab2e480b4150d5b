// Coroutines that only a search of memory finds, at the end of a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Outcome RunTests(const std::string& options) {
  return RunProgram(POOLED_COROUTINE, {}, {{"TASKLEAK_OPTIONS", options}});
}

TEST(GtestCoroutines, WithScanThoseThatMemoryShowsArePrintedAtTheEndAndFailNothing) {
  const Outcome outcome = RunTests("coroutines=scan");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("They are unverified and fail no test\nalive: 1 task\n"),
                    HasSubstr("1 task \"WaitInThePool\""), HasSubstr("unverified: memory looks")));
}

TEST(GtestCoroutines, WithScanTheyAreInTheJsonReportWithoutAVerdict) {
  const TemporaryDirectory directory;
  const std::string json = directory.File("leaks.json");
  EXPECT_EQ(RunTests("coroutines=scan:json=" + json).exit_code, 0);
  std::ifstream file(json);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(text, AllOf(HasSubstr("\"verdict\": \"alive\""), HasSubstr("WaitInThePool"),
                          HasSubstr("unverified")));
}

TEST(GtestCoroutines, MemoryIsNotSearchedUnlessThatIsAskedFor) {
  EXPECT_THAT(RunTests("coroutines=known").err, Not(HasSubstr("WaitInThePool")));
  EXPECT_THAT(RunTests("coroutines=scan:on_leak=off").err, Not(HasSubstr("WaitInThePool")));
}

TEST(GtestCoroutines, AnUnknownWayToSearchIsAnErrorThatNamesTheKnownOnes) {
  const Outcome outcome = RunTests("coroutines=all");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out + outcome.err, HasSubstr("coroutines=all: expected one of known, scan"));
}

}  // namespace
}  // namespace taskleak
