#include "report/hang_order.h"

#include <cstdint>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskleak::report {
namespace {

using testing::ElementsAre;

LeakGroup GroupOf(Unit unit) {
  LeakGroup group;
  group.units = {std::move(unit)};
  return group;
}

TEST(HangOrderTest, TheTestsThreadComesFirstAndThenWhatItWaitsFor) {
  const auto thread = [](std::int64_t id, std::int64_t waits_for) {
    Unit unit;
    unit.id = id;
    if (waits_for != 0) unit.held_by.emplace().id = waits_for;
    return GroupOf(unit);
  };
  LeakReport report;
  LeakGroup jobs = thread(5, 0);
  jobs.units[0].kind = UnitKind::kTask;
  jobs.part_of = report.groups.emplace_back(thread(5, 0)).signature = "aabbccddeeff";
  report.groups.insert(report.groups.end(), {jobs, thread(3, 0), thread(2, 3), thread(1, 2)});
  PutWaitersFirst(report, 1);
  std::vector<std::int64_t> order;
  for (const LeakGroup& group : report.groups) order.push_back(group.first().id);
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 5, 5));
  EXPECT_EQ(report.groups[4].first().kind, UnitKind::kTask);
}

TEST(HangOrderTest, ThreadsThatWaitForEachOtherArePutFirstOnce) {
  Unit unit;
  unit.id = 1;
  unit.held_by.emplace().id = 2;
  LeakReport report;
  report.groups.push_back(GroupOf(unit));
  unit.id = 2;
  unit.held_by->id = 1;
  report.groups.push_back(GroupOf(unit));
  PutWaitersFirst(report, 2);
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].first().id, 2);
}

}  // namespace
}  // namespace taskleak::report
