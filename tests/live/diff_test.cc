#include "taskleak/live/diff.h"

#include <nlohmann/json.hpp>

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/made_captures.h"
#include "taskleak/task.h"

namespace taskleak::live {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Diff::Kind;

TEST(DiffTest, TellsWhatAppearedGrewShrankAndVanished) {
  const Diff grew = Compare(MadeCapture(1, {Jobs(3)}), MadeCapture(2, {Workers(2), Jobs(9)}));
  ASSERT_EQ(grew.changes.size(), 2U);
  EXPECT_EQ(grew.changes[0].kind, Kind::kGrew);
  EXPECT_EQ(grew.changes[0].before, 3U);
  EXPECT_EQ(grew.changes[0].after, 9U);
  EXPECT_EQ(grew.changes[0].fresh, 6U);
  EXPECT_EQ(grew.changes[1].kind, Kind::kAppeared);
  const Diff fell = Compare(grew.to, grew.from);
  ASSERT_EQ(fell.changes.size(), 2U);
  EXPECT_EQ(fell.changes[0].kind, Kind::kVanished);
  EXPECT_EQ(fell.changes[1].kind, Kind::kShrank);
}

TEST(DiffTest, UnitsThatWaitElsewhereNowAreTheSameGroup) {
  LeakGroup moved = Workers(4);
  moved.signature = "000000000000";
  for (Unit& unit : moved.units) unit.stack = Stack({report::UserFrame("Elsewhere()")});
  EXPECT_THAT(Compare(MadeCapture(1, {Workers(4)}), MadeCapture(2, {moved})).changes, IsEmpty());
}

TEST(DiffTest, GroupsWithoutACreatorAreTheSameBySignature) {
  EXPECT_THAT(
      Compare(MadeCapture(1, {report::Server()}), MadeCapture(2, {report::Server()})).changes,
      IsEmpty());
  LeakGroup other = report::Server();
  other.signature = "000000000000";
  EXPECT_EQ(Compare(MadeCapture(1, {report::Server()}), MadeCapture(2, {other})).changes.size(),
            2U);
}

TEST(DiffTest, OneUnitIsASingularAndProcessesAreAPlural) {
  LeakGroup children = Workers(2);
  for (Unit& unit : children.units) {
    unit.kind = UnitKind::kProcess;
    unit.name.clear();
  }
  const Diff diff = Compare(MadeCapture(1, {Jobs(3)}), MadeCapture(2, {Jobs(1), children}));
  EXPECT_THAT(diff.ToText(), HasSubstr("\nshrank: 3 -> 1 task \"job\"  signature "));
  EXPECT_THAT(diff.ToText(), HasSubstr("\nappeared: 0 -> 2 processes  signature "));
}

TEST(DiffTest, TextAndJsonTellIt) {
  const Diff diff = Compare(MadeCapture(1, {Jobs(3)}), MadeCapture(11, {Jobs(9)}));
  EXPECT_THAT(diff.ToText(), HasSubstr("10.0 s: threads 0 -> 0"));
  EXPECT_THAT(diff.ToText(), HasSubstr("\ngrew: 3 -> 9 tasks \"job\", 6 of them new"));
  EXPECT_THAT(diff.ToText(), HasSubstr("JobPool::Submit(Job)  src/jobs.cc:20"));
  const auto json = nlohmann::json::parse(diff.ToJson());
  EXPECT_EQ(json["changes"][0]["change"], "grew");
  EXPECT_EQ(json["changes"][0]["after"], 9);
  EXPECT_EQ(json["to"]["tasks"], 9);
}

[[gnu::noinline]] Task Subscribe() { return Task("subscription"); }

TEST(DiffTest, ALeakBetweenTwoLooksIsFound) {
  std::vector<Task> left;
  left.push_back(Subscribe());
  const CapturePtr before = TakeCapture();
  for (int i = 0; i < 5; ++i) left.push_back(Subscribe());
  const Diff diff = Compare(before, TakeCapture());
  ASSERT_EQ(diff.changes.size(), 1U);
  EXPECT_EQ(diff.changes[0].kind, Kind::kGrew);
  EXPECT_EQ(diff.changes[0].fresh, 5U);
  EXPECT_THAT(diff.ToText(), HasSubstr("Subscribe()"));
}

}  // namespace
}  // namespace taskleak::live
