// `taskleak self-test` on gates that work and on gates that do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/run_program.h"

namespace taskleak::cli {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kWatched = {TASKLEAK_PROGRAM, "run", "--", WATCHED_PROGRAM, "clean"};
const std::vector<std::string> kChecked = {CHECKED_GTEST, "--gtest_filter=Clean.*"};

class SelfTest : public testing::Test {
 protected:
  Outcome Try(const std::vector<std::string>& gate, const std::string& options = "") {
    std::vector<std::string> arguments = {"self-test", "--"};
    arguments.insert(arguments.end(), gate.begin(), gate.end());
    return RunProgram(TASKLEAK_PROGRAM, arguments,
                      {{"TASKLEAK_OPTIONS", "drain=20ms " + options},
                       {"REPORTS", directory_.File("reports/")},
                       {"KNOWN", directory_.File("known.txt")}});
  }
  [[nodiscard]] std::string Known(const std::string& text) const {
    std::string path = directory_.File("known.txt");
    std::ofstream(path) << text;
    return path;
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(SelfTest, GatesThatFailWithALeakPass) {
  for (const auto& gate : {kWatched, kChecked}) {
    const Outcome outcome = Try(gate);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("self-test passed: a leak was planted in "));
    EXPECT_THAT(outcome.out + outcome.err, HasSubstr("\"planted-leak\""));
  }
}

TEST_F(SelfTest, ProgramsThatNobodyWatchesAreNoGate) {
  const Outcome outcome = Try({WATCHED_PROGRAM, "clean"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no test was looked at"));
}

TEST_F(SelfTest, OptionsThatKeepFromLookingAreSeen) {
  for (const char* const options : {"on_leak=off", "check=marked"}) {
    const Outcome outcome = Try(kChecked, options);
    EXPECT_EQ(outcome.exit_code, 1) << options;
    EXPECT_THAT(outcome.err, HasSubstr("no test was looked at")) << options;
  }
}

TEST_F(SelfTest, RulesThatHideEverythingAreSeen) {
  const Outcome outcome = Try(kChecked, "suppressions=" + Known("function:*\n"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("planted in Clean.Joins and not reported"));
}

TEST_F(SelfTest, WarningsThatNobodyJudgesAreSeen) {
  const Outcome outcome = Try(kWatched, "on_leak=warn");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("but the gate passed"));
}

TEST_F(SelfTest, JudgesOfReportsAreTried) {
  const std::string none = Known("");
  const std::string script = R"(export TASKLEAK_OPTIONS="drain=20ms on_leak=warn json=$REPORTS"
      ")" CHECKED_GTEST R"(" --gtest_filter=Clean.* && ")" TASKLEAK_PROGRAM
                             R"(" baseline check "$KNOWN" "$REPORTS")";
  EXPECT_EQ(Try({"sh", "-c", script}).exit_code, 0);
  EXPECT_EQ(Try({"sh", "-c", script + " || true"}).exit_code, 1);
}

TEST_F(SelfTest, AGateThatFailsAnywayProvesNothing) {
  const Outcome outcome = Try({TASKLEAK_PROGRAM, "run", "--", WATCHED_PROGRAM, "leak"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("fails without a planted leak, with exit code 1"));
  EXPECT_EQ(Try({"/nonexistent"}).exit_code, 3);
}

}  // namespace
}  // namespace taskleak::cli
