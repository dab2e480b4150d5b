// stale=warn|fail: lines of suppression files that hide nothing, at the end of a run and in the
// reports of many runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "run_report.h"
#include "support/run_program.h"

namespace taskleak::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const char* const kLines =
    "function:taskleak::tests::LeaveThread* reason=\"known\"\n"
    "thread_name:never-there\n"
    "thread_name:left-alone expires=2020-01-31\n";

class Stale : public testing::Test {
 protected:
  Stale() { std::ofstream(directory_.File("known.txt")) << kLines; }

  [[nodiscard]] std::string Options(const std::string& more) const {
    return "drain=50ms suppressions='" + directory_.File("known.txt") + "' " + more;
  }
  /// Runs a test program with a plugin. One of its tests has a leak that the first line hides.
  [[nodiscard]] Outcome Tests(const std::string& options) const {
    return RunProgram(CHECKED_GTEST, {"--gtest_filter=Clean.*:Pool.Leaks"},
                      {{"TASKLEAK_OPTIONS", Options(options)}});
  }
  /// Runs the same without a plugin, under `taskleak run`.
  [[nodiscard]] Outcome Watched(const std::string& options) const {
    return RunProgram(TASKLEAK_PROGRAM, {"run", "--", PLAIN_GTEST, "--gtest_filter=Pool.Leaks"},
                      {{"TASKLEAK_OPTIONS", Options(options)}});
  }
  [[nodiscard]] std::string Path(const std::string& name) const { return directory_.File(name); }

 private:
  TemporaryDirectory directory_;
};

auto NamesStaleLines() {
  return AllOf(HasSubstr("2 of 3 suppressions stale:"),
               HasSubstr("known.txt:2: thread_name:never-there (matched nothing)"),
               HasSubstr("known.txt:3: thread_name:left-alone expires=2020-01-31 (expired)"),
               Not(HasSubstr("known.txt:1:")));
}

TEST_F(Stale, IsSilentUnlessAskedFor) {
  for (const Outcome& outcome : {Tests(""), Watched("")}) {
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("stale")));
  }
}

TEST_F(Stale, WarnsAndPasses) {
  for (const Outcome& outcome : {Tests("stale=warn"), Watched("stale=warn")}) {
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_THAT(outcome.err, NamesStaleLines());
  }
}

TEST_F(Stale, Fails) {
  for (const Outcome& outcome : {Tests("stale=fail"), Watched("stale=fail")}) {
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.out + outcome.err, NamesStaleLines());
  }
}

TEST_F(Stale, IsJudgedOverManyReports) {
  EXPECT_EQ(Tests("json=" + Path("reports/")).exit_code, 0);
  const Outcome failed = RunProgram(TASKLEAK_PROGRAM, {"report", "--stale=fail", Path("reports")});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.out, NamesStaleLines());
  const Outcome warned = RunProgram(TASKLEAK_PROGRAM, {"report", Path("reports")});
  EXPECT_EQ(warned.exit_code, 0);
  EXPECT_THAT(warned.out, NamesStaleLines());
  std::ofstream(Path("known.txt")) << "function:taskleak::tests::LeaveThread*\n";
  EXPECT_EQ(Tests("stale=fail").exit_code, 0);
}

}  // namespace
}  // namespace taskleak::cli
