#include "judge.h"

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/made_captures.h"
#include "taskleak/live/growth.h"

namespace taskleak::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(RobustSlopeTest, IsTheSlopeOfALine) {
  EXPECT_DOUBLE_EQ(RobustSlope({10, 20, 30, 40, 50}), 10);
  EXPECT_DOUBLE_EQ(RobustSlope({5, 3, 1}), -2);
  EXPECT_DOUBLE_EQ(RobustSlope({7, 7, 7}), 0);
}

TEST(RobustSlopeTest, OneJumpIsNoSlope) {
  EXPECT_DOUBLE_EQ(RobustSlope({0, 8, 8, 8, 8, 8}), 0);
  EXPECT_DOUBLE_EQ(RobustSlope({1, 1, 1, 1000, 1, 1}), 0);
}

TEST(RobustSlopeTest, NoiseHidesNoSlope) {
  EXPECT_NEAR(RobustSlope({0, 12, 19, 33, 100, 48, 61}), 10, 2);
}

TEST(RobustSlopeTest, OfNothingIsZero) {
  EXPECT_EQ(RobustSlope({}), 0);
  EXPECT_EQ(RobustSlope({5}), 0);
}

// Makes looks that are a second apart.
class JudgeTest : public ::testing::Test {
 protected:
  std::vector<Alarm> Look(Judge& judge, std::vector<LeakGroup> groups, std::uint64_t bytes = 0,
                          std::vector<Deadlock> deadlocks = {}) {
    auto capture = MadeCapture(++looks_, std::move(groups));
    capture->report.deadlocks = std::move(deadlocks);
    return judge.Consider({capture, Evidence::Time() + seconds(looks_), bytes});
  }

  // Returns the alarms of the last of these looks.
  std::vector<Alarm> Sizes(Judge& judge, const std::vector<int>& sizes) {
    std::vector<Alarm> alarms;
    for (const int size : sizes) alarms = Look(judge, {Jobs(size)});
    return alarms;
  }

  std::uint64_t looks_ = 0;
};

TEST_F(JudgeTest, AGroupThatGrowsAlarms) {
  Judge judge({GrowthRule{.looks = 6, .at_least = 10}});
  EXPECT_THAT(Sizes(judge, {1, 3, 5, 7, 9}), IsEmpty());
  const auto alarms = Sizes(judge, {11});
  ASSERT_THAT(alarms, SizeIs(1));
  EXPECT_EQ(alarms[0].reason, "growth");
  EXPECT_EQ(alarms[0].units, 11U);
  EXPECT_EQ(alarms[0].signature, "1bc2bf6c3242");
  EXPECT_THAT(alarms[0].text, HasSubstr("10 in 6 looks, now 11 tasks \"job\" created by "
                                        "JobPool::Submit(Job) (src/jobs.cc:20)"));
}

TEST_F(JudgeTest, APoolThatWarmsUpDoesNot) {
  Judge judge({GrowthRule{.looks = 6, .at_least = 10}});
  for (const int size : {8, 60, 64, 64, 64, 64, 64, 64, 64, 64, 64})
    EXPECT_THAT(Sizes(judge, {size}), IsEmpty()) << "at look " << looks_;
}

TEST_F(JudgeTest, GoingUpAndDownDoesNot) {
  Judge judge({GrowthRule{.looks = 6, .at_least = 10}});
  for (int i = 0; i < 30; ++i) EXPECT_THAT(Sizes(judge, {i % 2 == 0 ? 5 : 50}), IsEmpty());
}

TEST_F(JudgeTest, AGroupThatWasGoneBeginsAnew) {
  Judge judge({GrowthRule{.looks = 3, .at_least = 4}});
  EXPECT_THAT(Sizes(judge, {1, 3}), IsEmpty());
  EXPECT_THAT(Look(judge, {}), IsEmpty());
  EXPECT_THAT(Sizes(judge, {5, 7}), IsEmpty());
  EXPECT_THAT(Sizes(judge, {9}), SizeIs(1));
}

TEST_F(JudgeTest, ManyAtOnePlaceForLongAlarm) {
  Judge judge({BlockedRule{.more_than = 7, .longer_than = seconds(2)}});
  EXPECT_THAT(Look(judge, {Workers(8)}), IsEmpty());
  EXPECT_THAT(Look(judge, {Workers(8)}), IsEmpty());
  const auto alarms = Look(judge, {Workers(8)});
  ASSERT_THAT(alarms, SizeIs(1));
  EXPECT_EQ(alarms[0].reason, "blocked");
  EXPECT_THAT(alarms[0].text, HasSubstr("for more than 2.0 s at one place (condvar): 8 threads "
                                        "\"pool-worker\" created by pool::WorkerPool::Start(int)"));
  EXPECT_THAT(Look(judge, {Workers(7)}), IsEmpty());
}

TEST_F(JudgeTest, ManyWhoComeAndGoAtOnePlaceDoNot) {
  Judge judge({BlockedRule{.more_than = 7, .longer_than = seconds(2)}});
  for (int i = 0; i < 10; ++i) {
    LeakGroup workers = Workers(8);
    for (Unit& unit : workers.units) unit.id += 100L * i;
    EXPECT_THAT(Look(judge, {workers}), IsEmpty());
  }
}

TEST_F(JudgeTest, RunningUnitsAreNotBlocked) {
  Judge judge({BlockedRule{.more_than = 1, .longer_than = seconds(0)}});
  LeakGroup workers = Workers(8);
  for (Unit& unit : workers.units) unit.state = WaitState::kRunning;
  EXPECT_THAT(Look(judge, {workers}), IsEmpty());
}

TEST_F(JudgeTest, ALimitMustBePassedForATime) {
  Judge judge({LimitRule{.threads = 5, .bytes = 100, .longer_than = seconds(2)}});
  EXPECT_THAT(Look(judge, {Workers(6)}), IsEmpty());
  EXPECT_THAT(Look(judge, {Workers(5)}), IsEmpty());
  EXPECT_THAT(Look(judge, {Workers(6)}), IsEmpty());
  EXPECT_THAT(Look(judge, {Workers(6)}, 101), IsEmpty());
  const auto threads = Look(judge, {Workers(6)}, 101);
  ASSERT_THAT(threads, SizeIs(1));
  EXPECT_THAT(threads[0].text, HasSubstr("6 threads, more than 5 for more than 2.0 s"));
  EXPECT_THAT(Look(judge, {Workers(6)}, 101), SizeIs(2));
  EXPECT_THAT(Look(judge, {Workers(6)}, 100), SizeIs(1));
}

TEST_F(JudgeTest, ADeadlockAlarmsWhenItIsSeenTwice) {
  Judge judge({DeadlockRule()});
  EXPECT_THAT(Look(judge, {}, 0, {report::LockCycle()}), IsEmpty());
  const auto alarms = Look(judge, {}, 0, {report::LockCycle()});
  ASSERT_THAT(alarms, SizeIs(1));
  EXPECT_EQ(alarms[0].text, "2 threads wait for each other: 4129, 4130");
  EXPECT_THAT(alarms[0].threads, ElementsAre(4129, 4130));
  EXPECT_THAT(Look(judge, {}), IsEmpty());
  EXPECT_THAT(Look(judge, {}, 0, {report::LockCycle()}), IsEmpty());
}

TEST_F(JudgeTest, ADeadlockOfCoroutinesIsOneOfTasks) {
  Judge judge({DeadlockRule()});
  Deadlock circle = report::LockCycle();
  for (Unit& unit : circle.units) unit.kind = UnitKind::kTask;
  EXPECT_THAT(Look(judge, {}, 0, {report::LockCycle()}), IsEmpty());
  EXPECT_THAT(Look(judge, {}, 0, {circle}), IsEmpty());  // others with the same ids
  const auto alarms = Look(judge, {}, 0, {circle});
  ASSERT_THAT(alarms, SizeIs(1));
  EXPECT_EQ(alarms[0].text, "2 coroutines await each other: 4129, 4130");
  EXPECT_THAT(alarms[0].tasks, ElementsAre(4129, 4130));
  EXPECT_THAT(alarms[0].threads, IsEmpty());
}

TEST_F(JudgeTest, ADeadlockThatIsNoCircleSaysWhatItIs) {
  Judge judge({DeadlockRule()});
  Deadlock self{Deadlock::Kind::kSelf, {report::LockWaiter(4132, "", 0x5640, "F()")}};
  report::HoldsFor(self.units[0], &self.units[0]);
  Look(judge, {}, 0, {self, report::AbandonedMutex()});
  const auto alarms = Look(judge, {}, 0, {self, report::AbandonedMutex()});
  ASSERT_THAT(alarms, SizeIs(2));
  EXPECT_EQ(alarms[0].text, "a thread waits for a lock that it holds itself: 4132");
  EXPECT_EQ(alarms[1].text,
            "mutex 0x5610 was not unlocked by thread 4128 \"gone\", which has ended; waiting for "
            "it: 4131");
}

TEST_F(JudgeTest, WhatCannotContinueAlarmsAtOnceButForDeadlocks) {
  Judge judge({StuckRule()});
  StuckReport stuck;
  const auto capture = MadeCapture(1, {Workers(2), Jobs(3)});
  EXPECT_THAT(judge.Consider({capture, Evidence::Time(), 0, &stuck}), IsEmpty());
  stuck.groups = {{StuckReason::kDeadlock, Workers(2)}, {StuckReason::kLost, Jobs(3)}};
  const auto alarms = judge.Consider({capture, Evidence::Time(), 0, &stuck});
  ASSERT_THAT(alarms, SizeIs(1));
  EXPECT_EQ(alarms[0].reason, "stuck");
  EXPECT_EQ(alarms[0].units, 3U);
  EXPECT_EQ(alarms[0].signature, Jobs(3).signature);
  EXPECT_THAT(alarms[0].text, AllOf(StartsWith("3 tasks \"job\" created by JobPool::Submit"),
                                    HasSubstr("destroyed")));
}

TEST_F(JudgeTest, OneUnitIsASingularAndProcessesAreAPlural) {
  Judge judge({BlockedRule{.more_than = 0, .longer_than = seconds(0)}});
  EXPECT_THAT(Look(judge, {Workers(1)})[0].text, HasSubstr(": 1 thread \"pool-worker\""));
  LeakGroup children = Workers(3);
  for (Unit& unit : children.units) unit.kind = UnitKind::kProcess;
  StuckReport stuck;
  stuck.groups = {{StuckReason::kLost, children}};
  Judge stuck_judge({StuckRule()});
  const auto alarms =
      stuck_judge.Consider({MadeCapture(1, {children}), Evidence::Time(), 0, &stuck});
  ASSERT_THAT(alarms, SizeIs(1));
  EXPECT_THAT(alarms[0].text, StartsWith("3 processes \"pool-worker\" created by"));
}

}  // namespace
}  // namespace taskleak::live
