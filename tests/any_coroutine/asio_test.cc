// Coroutines of Asio without its adapter: followed where its operator new is inlined into them, and
// found by a search of memory otherwise.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "any_coroutine/asio.h"
#include "check/checker.h"
#include "run/find_leaks.h"
#include "support/leaks.h"

namespace taskleak {
namespace {

std::map<std::string, Unit> LookAtEverything() {
  std::map<std::string, Unit> units;
  const LeakReport report = run::LookAtAll(check::Checker(testing::NoWait()));
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) units[unit.name] = unit;
  }
  return units;
}

constexpr const char* kTick = "ticks::(anonymous namespace)::Tick";

TEST(AnyCoroutineAsioTest, OneThatAwaitsATimerIsFoundAndNotOnceItHasEnded) {
  const auto before = Snapshot::Take();
  {
    const auto ticker = ticks::StartTick();
    const auto units = LookAtEverything();
    ASSERT_EQ(units.count(kTick), 1U);
    EXPECT_EQ(units.at(kTick).state, WaitState::kSuspended);
    ticker->Cancel();
#ifndef __clang__  // whose frames do not show that they were destroyed
    EXPECT_EQ(LookAtEverything().count(kTick), 0U);
#endif
  }
  EXPECT_TRUE(testing::Look(before).empty());
}

}  // namespace
}  // namespace taskleak
