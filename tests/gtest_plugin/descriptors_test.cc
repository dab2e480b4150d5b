// Descriptors that test after test leaves open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "gtest_plugin/failures.h"
#include "support/run_program.h"

namespace taskleak {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

const std::string kFail = "drain=20ms:descriptors=fail";

Outcome RunTests(const std::string& filter, const std::string& options = kFail,
                 std::vector<std::string> arguments = {}) {
  arguments.push_back("--gtest_filter=" + filter);
  return RunProgram(DESCRIPTORS, arguments, {{"TASKLEAK_OPTIONS", options}});
}

TEST(GtestDescriptors, TheSecondTestThatLeavesOneFailsAndTheFirstAndTheNextCleanOneDoNot) {
  const TemporaryDirectory directory;
  const std::string xml = directory.File("report.xml");
  const Outcome outcome =
      RunTests("Sockets.First:Sockets.Second:Closed.*", kFail, {"--gtest_output=xml:" + xml});
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(
      outcome.out,
      AllOf(HasSubstr("1 leak, 1 descriptor still open"), HasSubstr(" after Sockets.Second\n"),
            ContainsRegex("\\[1\\] 1 descriptor \"socket:\\[[0-9]+\\]\" \\([0-9]+\\)  "
                          "still open: TCP"),
            ContainsRegex("close it before the test ends \\(descriptor [0-9]+ of the same "
                          "kind is open since Sockets.First\\)"),
            HasSubstr("ignore: descriptor:socket:[*] | signature:"), HasSubstr("1 FAILED TEST")));
  EXPECT_THAT(
      FailuresInXml(xml),
      ElementsAre(Pair("Closed.First", IsEmpty()), Pair("Closed.Second", IsEmpty()),
                  Pair("Sockets.First", IsEmpty()),
                  Pair("Sockets.Second", ElementsAre(HasSubstr("1 descriptor still open")))));
}

TEST(GtestDescriptors, EachFurtherTestThatLeavesOneFailsForItsOwn) {
  const Outcome outcome = RunTests("Sockets.*");
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr(" after Sockets.Third\n"), HasSubstr("since Sockets.Second"),
                    HasSubstr("2 FAILED TESTS"), Not(HasSubstr("2 descriptors"))));
}

TEST(GtestDescriptors, TemporaryFilesAreOfOneKindWhateverTheirNames) {
  const Outcome outcome = RunTests("Files.*");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, AllOf(ContainsRegex("ignore: descriptor:/.*/descriptors\\* \\|"),
                                 HasSubstr("1 FAILED TEST")));
}

TEST(GtestDescriptors, ARepetitionCountsAsAnotherTest) {
  EXPECT_EQ(RunTests("Sockets.First").exit_code, 0);
  const Outcome outcome = RunTests("Sockets.First", kFail, {"--gtest_repeat=2"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("since Sockets.First"));
  EXPECT_EQ(RunTests("Lazy.*", kFail, {"--gtest_repeat=3"}).exit_code, 0);
}

class NoLeak : public testing::TestWithParam<const char*> {};

TEST_P(NoLeak, IsReported) {
  const Outcome outcome = RunTests(GetParam(), "drain=60s:drain_max=60s:descriptors=fail");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.err, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(GtestDescriptors, NoLeak,
                         testing::Values("Closed.*", "Lazy.*", "Kinds.*", "Children.*",
                                         "Reconnects.*", "Suite.*:OtherSuite.*", "ClosedLater.*",
                                         "Before.*:Reused.LeavesASocket", "Adopted.*",
                                         "Allowed.*"));

TEST(GtestDescriptors, AllowLeaksAdoptsOnlyThoseThatWereOpenedInIt) {
  const Outcome outcome = RunTests("OpenedBefore.*");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr(" after OpenedBefore.Second\n"), HasSubstr("1 FAILED TEST")));
}

TEST(GtestDescriptors, TheJsonReportSaysWhatAllowLeaksAdopted) {
  const TemporaryDirectory directory;
  const std::string json = directory.File("report.json");
  EXPECT_EQ(RunTests("Allowed.Socket", kFail + ":json=" + json).exit_code, 0);
  EXPECT_THAT(ReadFile(json), HasSubstr("AllowLeaks adopted 1 descriptor: for good"));
}

TEST(GtestDescriptors, WhatATestLeftIsToldApartFromWhatHasItsNumberNow) {
  const Outcome outcome = RunTests("Before.*:Reused.*");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr(" after Reused.LeavesAnother\n"),
                    HasSubstr("is open since Reused.LeavesASocket)"), HasSubstr("1 FAILED TEST")));
}

TEST(GtestDescriptors, ThoseThatTaskleakOpensAreNotTheTests) {
  EXPECT_EQ(RunTests("LooksInTheBody.*").exit_code, 0);
  const Outcome outcome = RunTests("Threads.*");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("2 FAILED TESTS"), Not(HasSubstr("1 descriptor"))));
}

TEST(GtestDescriptors, AreNotLookedAtUnlessThatIsAskedFor) {
  EXPECT_EQ(RunTests("Sockets.*", "").exit_code, 0);
  EXPECT_EQ(RunTests("Sockets.*", "descriptors=off").exit_code, 0);
  EXPECT_EQ(RunTests("Sockets.*", "descriptors=fail:on_leak=off").exit_code, 0);
}

TEST(GtestDescriptors, AWarningIsPrintedAndFailsNothing) {
  for (const char* const options : {"descriptors=warn", "descriptors=fail:on_leak=warn"}) {
    const Outcome outcome = RunTests("Sockets.First:Sockets.Second", options);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.err, HasSubstr("1 leak, 1 descriptor still open"));
  }
  const Outcome outcome = RunTests("Sockets.*:Threads.*", "drain=20ms:descriptors=warn");
  EXPECT_EQ(outcome.exit_code, 1) << "threads are leaks all the same";
  EXPECT_THAT(outcome.out, HasSubstr("2 FAILED TESTS"));
}

TEST(GtestDescriptors, ABadValueIsRefused) {
  const Outcome outcome = RunTests("Closed.*", "descriptors=on");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("descriptors=on: expected one of off, warn, fail"));
}

TEST(GtestDescriptors, ARuleIgnoresThem) {
  const TemporaryDirectory directory;
  const std::string file = directory.File("rules");
  const auto run = [&file](const std::string& rule) {
    std::ofstream(file) << rule << "\n";
    return RunTests("Sockets.*", kFail + ":suppressions=" + file).exit_code;
  };
  EXPECT_EQ(run("descriptor:socket:[*]"), 0);
  EXPECT_EQ(run("origin:Sockets.*"), 0);
  EXPECT_EQ(run("descriptor:socket:* max=1"), 0);
  EXPECT_EQ(run("descriptor:socket:* max=0"), 1);
  EXPECT_EQ(run("descriptor:pipe:[*]"), 1);
  EXPECT_EQ(run("thread_name:*"), 1);
}

}  // namespace
}  // namespace taskleak
