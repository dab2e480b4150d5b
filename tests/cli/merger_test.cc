#include "merger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/report/made_reports.h"
#include "report/json_report.h"

namespace taskleak::cli {
namespace {

using report::CheckedScope;
using report::JsonDocument;
using report::TwoLeaks;
using testing::ElementsAre;

Json Merge(const std::vector<std::string>& documents) {
  Merger merger;
  for (const std::string& document : documents) ReadDocument(document, merger);
  std::string text;
  std::move(merger).Finish([&text](std::string_view piece) { text += piece; });
  return Json::parse(text);
}

LeakReport Named(const std::string& test, std::size_t workers) {
  LeakReport report = TwoLeaks();
  report.test = test;
  report.groups[0] = report::Workers(static_cast<int>(workers));
  return report;
}

TEST(Merger, KeepsEachLeakOfATestOnceAtItsLargest) {
  const Json merged = Merge({JsonDocument({Named("A.A", 2)}, {{.name = "A.A"}}),
                             JsonDocument({Named("A.A", 5)}, {{.name = "A.A"}}),
                             JsonDocument({}, {{.name = "A.A"}})});
  ASSERT_EQ(merged["tests"].size(), 1U);
  ASSERT_EQ(merged["tests"][0]["groups"].size(), 2U);
  for (const Json& group : merged["tests"][0]["groups"]) {
    EXPECT_EQ(group["seen"], 2);
    EXPECT_EQ(group["count"], group["signature"] == "5f1c09aa31d2" ? 5 : 1);
  }
  EXPECT_EQ(merged["summary"],
            Json::parse(R"({"tests":3,"leaking_tests":1,"groups":2,"leaks":6})"));
  EXPECT_EQ(merged["checked"].size(), 1U);
  EXPECT_EQ(merged["checked"][0]["times"], 3);
}

TEST(Merger, KeepsTestsOfShardsApart) {
  const Json merged = Merge({JsonDocument({Named("B.B", 1)}, {{.name = "B.B"}}),
                             JsonDocument({Named("A.A", 1)}, {{.name = "A.A"}})});
  ASSERT_EQ(merged["tests"].size(), 2U);
  EXPECT_EQ(merged["tests"][0]["test"], "A.A");
  EXPECT_EQ(merged["tests"][1]["test"], "B.B");
}

TEST(Merger, CountsGroupsOfOneSignatureTogether) {
  LeakReport twice = Named("A.A", 2);
  twice.groups[1] = report::Workers(3);
  const Json merged = Merge({JsonDocument({twice}, {}), JsonDocument({Named("A.A", 4)}, {})});
  const Json& groups = merged["tests"][0]["groups"];
  ASSERT_EQ(groups.size(),
            3U);  // both groups of the first run, which has five units, and the server
  EXPECT_EQ(groups[0]["count"], 2);
  EXPECT_EQ(groups[1]["count"], 3);
}

TEST(Merger, OfMergedReportsIsTheSame) {
  const std::string a = JsonDocument({Named("A.A", 2)}, {{.name = "A.A"}, {.name = "C.C"}});
  const std::string b = JsonDocument({Named("A.A", 3)}, {{.name = "A.A"}});
  const std::string c = JsonDocument({Named("B.B", 3)}, {{.name = "B.B"}});
  EXPECT_EQ(Merge({Merge({a, b}).dump(), c}), Merge({a, b, c}));
}

TEST(Merger, KeepsTheWorstVerdict) {
  LeakReport hang = Named("A.A", 1);
  hang.verdict = Verdict::kHang;
  LeakReport unseen;
  unseen.test = "A.A";
  unseen.verdict = Verdict::kCouldNotLook;
  unseen.could_not_look = "no /proc";
  for (const auto& order :
       {std::vector{unseen, hang, Named("A.A", 1)}, std::vector{Named("A.A", 1), hang, unseen}}) {
    const Json merged = Merge({JsonDocument(order, {})});
    EXPECT_EQ(merged["tests"][0]["verdict"], "hang");
    EXPECT_EQ(merged["tests"][0]["could_not_look"], "no /proc");
  }
}

TEST(Merger, KeepsADeadlockThatOnlyOneOfTheRunsHas) {
  LeakReport deadlock = Named("A.A", 1);
  deadlock.deadlocks = {{Deadlock::Kind::kCycle, {deadlock.groups[0].units[0]}}};
  const std::string with = JsonDocument({deadlock}, {});
  const std::string without = JsonDocument({Named("A.A", 1)}, {});
  EXPECT_EQ(Merge({with, without})["tests"][0]["deadlocks"].size(), 1U);
  EXPECT_EQ(Merge({without, with})["tests"][0]["deadlocks"].size(), 1U);
}

TEST(Merger, KeepsThatOneOfTheRunsCouldNotLook) {
  LeakReport unseen;
  unseen.test = "A.A";
  unseen.verdict = Verdict::kCouldNotLook;
  unseen.could_not_look = "no /proc";
  for (const auto& order :
       {std::vector{unseen, Named("A.A", 1)}, std::vector{Named("A.A", 1), unseen}}) {
    const Json merged = Merge({JsonDocument(order, {})});
    EXPECT_EQ(merged["tests"][0]["verdict"], "could_not_look");
    EXPECT_EQ(merged["tests"][0]["could_not_look"], "no /proc");
    EXPECT_EQ(merged["tests"][0]["groups"].size(), Named("A.A", 1).groups.size());
  }
}

TEST(Merger, KeepsFieldsItDoesNotKnow) {
  const Json merged = Merge({R"({"taskleak":"1","tests":[{"test":"A","deadlocks":[1],"groups":[
      {"signature":"s","count":1,"future":{"x":1}}]}]})"});
  EXPECT_EQ(merged["tests"][0]["deadlocks"], Json::parse("[1]"));
  EXPECT_EQ(merged["tests"][0]["groups"][0]["future"], Json::parse(R"({"x":1})"));
}

}  // namespace
}  // namespace taskleak::cli
