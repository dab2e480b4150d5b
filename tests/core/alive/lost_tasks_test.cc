#include "alive/lost_tasks.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

namespace taskleak::alive {
namespace {

using std::chrono::milliseconds;

LiveTask Task(std::uint64_t serial, WaitState state, std::uint64_t awaited_by = 0,
              std::size_t place = 1) {
  return {
      .serial = serial, .name = "task", .place = place, .state = state, .awaited_by = awaited_by};
}

class LostTasksTest : public ::testing::Test {
 protected:
  bool ObserveAt(int ms, const Stragglers& stragglers) {
    return lost_.Observe(stragglers, LostTasks::Clock::time_point(milliseconds(1000 + ms)));
  }

 private:
  LostTasks lost_;
};

TEST_F(LostTasksTest, OneIsLostOnceItHasBeenForAWhile) {
  EXPECT_FALSE(ObserveAt(0, {Task(1, WaitState::kLost)}));
  EXPECT_FALSE(ObserveAt(49, {Task(1, WaitState::kLost)}));
  EXPECT_TRUE(ObserveAt(50, {Task(1, WaitState::kLost)}));
}

TEST_F(LostTasksTest, OneThatIsOnlySuspendedIsWaitedFor) {
  EXPECT_FALSE(ObserveAt(0, {Task(1, WaitState::kSuspended)}));
  EXPECT_FALSE(ObserveAt(100, {Task(1, WaitState::kSuspended)}));
}

TEST_F(LostTasksTest, WhatAwaitsALostOneIsLostAsWell) {
  const Stragglers chain = {Task(1, WaitState::kLost, 2), Task(2, WaitState::kSuspended, 3),
                            Task(3, WaitState::kSuspended)};
  EXPECT_FALSE(ObserveAt(0, chain));
  EXPECT_TRUE(ObserveAt(50, chain));
}

TEST_F(LostTasksTest, WhatALostOneAwaitsIsWaitedFor) {
  const Stragglers chain = {Task(1, WaitState::kSuspended, 2), Task(2, WaitState::kLost)};
  EXPECT_FALSE(ObserveAt(0, chain));
  EXPECT_FALSE(ObserveAt(100, chain));
}

TEST_F(LostTasksTest, AThreadBesideThemIsWaitedFor) {
  const Stragglers both = {Task(1, WaitState::kLost), LiveThread{{4711, 1}, "worker"}};
  EXPECT_FALSE(ObserveAt(0, both));
  EXPECT_FALSE(ObserveAt(100, both));
}

TEST_F(LostTasksTest, AnotherOneOrAChangeBeginsTheTimeAnew) {
  EXPECT_FALSE(ObserveAt(0, {Task(1, WaitState::kLost)}));
  EXPECT_FALSE(ObserveAt(50, {Task(1, WaitState::kLost), Task(2, WaitState::kLost)}));
  EXPECT_FALSE(ObserveAt(100 - 1, {Task(1, WaitState::kLost), Task(2, WaitState::kLost, 0, 7)}));
  EXPECT_FALSE(ObserveAt(148, {Task(1, WaitState::kLost), Task(2, WaitState::kLost, 0, 7)}));
  EXPECT_TRUE(ObserveAt(149, {Task(1, WaitState::kLost), Task(2, WaitState::kLost, 0, 7)}));
}

TEST_F(LostTasksTest, ACircleWithoutALostOneIsWaitedFor) {
  const Stragglers circle = {Task(1, WaitState::kSuspended, 2), Task(2, WaitState::kSuspended, 1),
                             Task(3, WaitState::kLost)};
  EXPECT_FALSE(ObserveAt(0, circle));
  EXPECT_FALSE(ObserveAt(100, circle));
}

}  // namespace
}  // namespace taskleak::alive
