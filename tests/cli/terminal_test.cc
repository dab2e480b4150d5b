// Text in the form that is written to a terminal.
#include "terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "report/wording.h"
#include "taskleak/leak.h"

namespace taskleak::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const TextLook kColored{.width = 0, .color = true};

constexpr const char* kBoldRed = "\033[1;31m";

// Returns the headline of a report of this verdict, with one unit.
std::string HeadlineOf(Verdict verdict, UnitKind kind = UnitKind::kThread,
                       Standstill standstill = Standstill::kNone) {
  Unit unit;
  unit.kind = kind;
  LeakGroup group;
  group.units.push_back(unit);
  LeakReport report;
  report.test = "Net.Connects";
  report.verdict = verdict;
  report.standstill = standstill;
  report.groups.push_back(group);
  return report::Headline(report);
}

std::string ShownIn(std::size_t width, const std::string& text) {
  return Rendered(text, {.width = width, .color = false});
}

TEST(ShortenedInTheMiddle, KeepsBothEndsOfALongName) {
  const std::string name = "store::replication::ReplicationSession::ScheduleRetransmission";
  const std::string shown = ShortenedInTheMiddle(name, 30);
  EXPECT_EQ(shown.size(), 30U);
  EXPECT_THAT(shown, StartsWith("store::rep"));
  EXPECT_THAT(shown, HasSubstr("..."));
  EXPECT_THAT(shown, EndsWith("Retransmission"));
  EXPECT_EQ(ShortenedInTheMiddle("short", 30), "short");
}

TEST(ShortenedInTheMiddle, CutsNoCharacterInTwo) {
  EXPECT_EQ(ShortenedInTheMiddle("ääääääääää", 7), "ä...äää");
}

TEST(Rendered, FramesStayInTwoColumnsOfOneLineEach) {
  const std::string text =
      ShownIn(60,
              "      a_very::long::name::of::a::Function(with, some, parameters)  "
              "src/some/folder/file.cc:41\n"
              "      Short()                                                      src/b.cc:7\n");
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    EXPECT_LE(end - begin, 60U) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
  const std::size_t second = text.find("src/b.cc");
  EXPECT_EQ(second - text.find('\n') - 1, text.find("src/some")) << text;
}

TEST(Rendered, OtherLinesAreBrokenBetweenWords) {
  EXPECT_EQ(ShownIn(40, "    hint: stop and join the pool before the test ends\n"),
            "    hint: stop and join the pool before\n"
            "        the test ends\n");
}

TEST(Rendered, RulesAreNotShortened) {
  const std::string rule = "created_by:store::replication::ReplicationSession::Schedule";
  EXPECT_THAT(ShownIn(40, "    ignore: " + rule + " | signature:5f1c09aa31d2\n"), HasSubstr(rule));
  EXPECT_THAT(ShownIn(40, "after store::replication::ReplicationSession::Schedule\n"),
              HasSubstr("..."));
}

TEST(Rendered, WhatFitsIsLeftAlone) {
  const std::string text =
      "2 leaks, 9 threads still alive\n\n[1] 8 threads\n      F()  a.cc:1\n      Long()  b.cc:2\n";
  EXPECT_EQ(ShownIn(80, "1 leak\n\n    it is at\n      F()     a.cc:1\n      Long()  b.cc:2\n"),
            "1 leak\n\n    it is at\n      F()     a.cc:1\n      Long()  b.cc:2\n");
  EXPECT_THAT(ShownIn(80, text), HasSubstr("2 leaks, 9 threads still alive\n\n[1] 8 threads\n"));
}

TEST(WantsColor, IsForTerminalsUnlessAsked) {
  EXPECT_TRUE(WantsColor("always", /*is_terminal=*/false));
  EXPECT_FALSE(WantsColor("never", /*is_terminal=*/true));
  EXPECT_FALSE(WantsColor("auto", /*is_terminal=*/false));
}

TEST(Rendered, ColorsAddNothingElse) {
  const std::string text = "DEADLOCK: 2 threads wait for each other\n    at\n      F()  a.cc:1\n";
  std::string plain = Rendered(text, kColored);
  EXPECT_NE(plain, text);
  for (std::size_t at = 0; (at = plain.find('\033')) != std::string::npos;)
    plain.erase(at, plain.find('m', at) - at + 1);
  EXPECT_EQ(plain, text);
  EXPECT_THAT(Rendered("nothing of note\n", kColored), Not(HasSubstr("\033")));
}

TEST(Rendered, EveryHeadlineOfAFindingIsRed) {
  const std::vector<std::string> headlines = {
      HeadlineOf(Verdict::kLeak),
      HeadlineOf(Verdict::kLeak, UnitKind::kDescriptor),
      HeadlineOf(Verdict::kLeak, UnitKind::kUnjoinedThread),
      HeadlineOf(Verdict::kHang),
      HeadlineOf(Verdict::kHang, UnitKind::kThread, Standstill::kAllAsleep),
      HeadlineOf(Verdict::kHang, UnitKind::kThread, Standstill::kDeadlock),
      HeadlineOf(Verdict::kCouldNotLook)};
  for (const std::string& headline : headlines)
    EXPECT_THAT(Rendered(headline + '\n', kColored), StartsWith(kBoldRed)) << headline;
}

TEST(Rendered, ALineThatOnlyContainsTheWordsOfAHeadlineIsNotRed) {
  for (const std::string line :
       {"[1] 1 descriptor \"a.log\" (7)  still open: /a.log\n",
        "- 5f1c09aa31d2  Net.Connects: 1 descriptor \"a.log\" still open in Open()\n",
        "4 leaks in 2 of 9 checks (tests, suites and runs): 5 threads\n",
        "no leaks in 9 checks (tests, suites and runs)\n"})
    EXPECT_THAT(Rendered(line, kColored), Not(HasSubstr(kBoldRed)));
}

}  // namespace
}  // namespace taskleak::cli
