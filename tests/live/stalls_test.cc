#include "stalls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskleak::live {
namespace {

using internal::TaskTurn;
using std::chrono::milliseconds;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TaskTurn TurnOf(std::int64_t task, std::uint64_t turn, std::string name = "job") {
  return {{task, turn}, 4711, std::move(name)};
}

class StallWatchTest : public ::testing::Test {
 protected:
  std::vector<Stall> GlanceAt(int ms, const std::vector<TaskTurn>& turns) {
    return stalls_.Glance(turns, StallWatch::Time(milliseconds(ms)));
  }

  StallWatch stalls_{{StallRule{.longer_than = milliseconds(100), .except = {"main loop"}}}};
};

TEST_F(StallWatchTest, ATurnThatLastsTooLongIsReportedOnce) {
  EXPECT_THAT(GlanceAt(0, {TurnOf(1, 5)}), IsEmpty());
  EXPECT_THAT(GlanceAt(100, {TurnOf(1, 5)}), IsEmpty());
  EXPECT_EQ(stalls_.count(), 0U);
  const auto found = GlanceAt(101, {TurnOf(1, 5), TurnOf(2, 6)});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].turn.key.task, 1);
  EXPECT_EQ(found[0].at_least, milliseconds(101));
  EXPECT_THAT(GlanceAt(150, {TurnOf(1, 5), TurnOf(2, 6)}), IsEmpty());
  EXPECT_EQ(stalls_.count(), 1U);
  EXPECT_THAT(GlanceAt(160, {TurnOf(2, 6)}), IsEmpty());
  EXPECT_EQ(stalls_.count(), 0U);
}

TEST_F(StallWatchTest, ManyShortTurnsOfATaskAreNone) {
  for (int turn = 0; turn < 20; ++turn)
    EXPECT_THAT(GlanceAt(90 * turn, {TurnOf(1, static_cast<std::uint64_t>(turn))}), IsEmpty());
}

TEST_F(StallWatchTest, WhatMayRunForAnyTimeIsNotReported) {
  static_cast<void>(GlanceAt(0, {TurnOf(1, 5, "main loop")}));
  EXPECT_THAT(GlanceAt(1000, {TurnOf(1, 5, "main loop")}), IsEmpty());
  EXPECT_EQ(stalls_.count(), 0U);
}

TEST_F(StallWatchTest, GlancesAreFourTimesAsFrequentAsTheShortestLimit) {
  EXPECT_EQ(stalls_.interval(), milliseconds(25));
  EXPECT_EQ(StallWatch({GrowthRule()}).interval(), std::nullopt);
  EXPECT_EQ(StallWatch({StallRule{milliseconds(400)}, StallRule{milliseconds(200)}}).interval(),
            milliseconds(50));
}

}  // namespace
}  // namespace taskleak::live
