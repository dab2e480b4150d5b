// Coroutines that know nothing of taskleak, compiled in several ways (CMakeLists.txt): what is
// found, and what is said of it.
#include <sys/syscall.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <latch>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "any_coroutine/coroutines.h"
#include "check/checker.h"
#include "registry/task_life.h"
#include "run/find_leaks.h"
#include "support/leaks.h"
#include "support/parked_thread.h"
#include "support/sanitizer.h"
#include "taskleak/alive.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using orders::Kept;
using orders::Order;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::Look;
using ::testing::Not;
using testing::NoWait;
using testing::OnlyLeak;
using ::testing::UnorderedElementsAre;

std::string Own(const std::string& function) {
  return "orders::(anonymous namespace)::" + function;
}

std::map<std::string, Unit> UnitsByName(const LeakReport& report) {
  std::map<std::string, Unit> units;
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) units[unit.name] = unit;
  }
  return units;
}

std::vector<int> Lines(const Stack& stack) {
  std::vector<int> lines;
  for (const Frame& frame : stack) lines.push_back(frame.line);
  return lines;
}

std::vector<std::string> Names(const Stack& stack) {
  std::vector<std::string> names;
  for (const Frame& frame : stack) names.push_back(frame.function);
  return names;
}

bool IsCreatedIn(const Unit& unit, const std::string& function) {
  const auto functions = testing::Functions(unit.created_by);
  return std::ranges::find(functions, function) != functions.end();
}

// Leaves memory free of many sizes, of which all words point into one of the blocks: the
// `target`-th of all. Returns false if there are not so many.
bool LeaveBehindPointersInto(std::size_t target) {
  constexpr std::size_t kEach = 3;  // fewer than glibc keeps at hand of each size
  std::vector<std::pair<std::uintptr_t*, std::size_t>> blocks;
  for (std::size_t words = 6; words <= 40; words += 2) {
    for (std::size_t i = 0; i < kEach; ++i)
      blocks.emplace_back(static_cast<std::uintptr_t*>(std::malloc(words * 8)), words);
  }
  for (const auto& [block, words] : blocks) {
    volatile std::uintptr_t* const kept = block;  // not optimized away
    for (std::size_t i = 0; i < words && target < blocks.size(); ++i)
      kept[i] = reinterpret_cast<std::uintptr_t>(blocks[target].first) + 32;
  }
  for (const auto& [block, words] : blocks) std::free(block);
  return target < blocks.size();
}

TEST(AnyCoroutineTest, AChainOnAnEventIsReportedWithWhatAwaitsWhat) {
  const auto before = Snapshot::Take();
  const auto kept = orders::StartChain();
  const LeakReport report = Look(before);
  EXPECT_EQ(report.unit_count(), 3U) << report.ToText();
  auto units = UnitsByName(report);
  const Unit leaf = units[Own("Leaf")];
  EXPECT_EQ(leaf.kind, UnitKind::kTask);
  EXPECT_EQ(leaf.state, WaitState::kSuspended);
  EXPECT_THAT(Names(leaf.stack), ElementsAre(Own("Leaf"), Own("Middle"), Own("Outer")));
  if (orders::kIndexIsFound) {
    EXPECT_THAT(Lines(leaf.stack),
                ElementsAre(orders::kLeafLine, orders::kMiddleLine, orders::kOuterLine));
  }
  EXPECT_THAT(leaf.stack[0].file, EndsWith("any_coroutine/coroutines.cc"));
  EXPECT_THAT(Names(units[Own("Middle")].stack), ElementsAre(Own("Middle"), Own("Outer")));
  EXPECT_THAT(Names(units[Own("Outer")].stack), ElementsAre(Own("Outer")));
}

TEST(AnyCoroutineTest, WhatCreatedACoroutineIsReported) {
  const auto before = Snapshot::Take();
  const auto kept = orders::StartChain();
  auto units = UnitsByName(Look(before));
  EXPECT_TRUE(IsCreatedIn(units[Own("Leaf")], Own("Middle")));
  EXPECT_TRUE(IsCreatedIn(units[Own("Middle")], Own("Outer")));
  const auto kinds = orders::StartKinds();
  EXPECT_TRUE(IsCreatedIn(UnitsByName(Look(before))[Own("Service::Serve")], "orders::StartKinds"));
}

TEST(AnyCoroutineTest, AChainThatGoesOnIsNoLeak) {
  const auto before = Snapshot::Take();
  {
    const auto kept = orders::StartChain();
    kept->Set();
  }
  EXPECT_TRUE(Look(before).empty());
}

TEST(AnyCoroutineTest, OneThatIsDestroyedWhileItIsSuspendedIsNoLeak) {
  const auto before = Snapshot::Take();
  orders::StartChain().reset();
  EXPECT_TRUE(Look(before).empty());
}

TEST(AnyCoroutineTest, OneThatWasNeverStartedIsQueued) {
  const auto before = Snapshot::Take();
  const auto kept = orders::CreateLazy();
  const Unit unit = OnlyLeak(before);
  EXPECT_EQ(unit.name, Own("Lazy"));
  EXPECT_EQ(unit.state, orders::kIndexIsFound ? WaitState::kQueued : WaitState::kSuspended);
}

TEST(AnyCoroutineTest, OneThatStartsAtOnceIsAtItsAwait) {
  if (!orders::kIndexIsFound)
    GTEST_SKIP() << "clang's AddressSanitizer hides where a frame keeps the index of its await";
  const auto before = Snapshot::Take();
  const auto kept = orders::StartEager();
  const Unit first = OnlyLeak(before);
  EXPECT_EQ(first.state, WaitState::kSuspended);
  EXPECT_THAT(Lines(first.stack), ElementsAre(orders::kEagerLine));
  kept->Set();
  EXPECT_THAT(Lines(OnlyLeak(before).stack), ElementsAre(orders::kSecondLine));
}

TEST(AnyCoroutineTest, OneThatHasFinishedAndIsKeptIsReportedAsThat) {
  const auto before = Snapshot::Take();
  const auto kept = orders::FinishGenerator();
  const Unit unit = OnlyLeak(before);
  EXPECT_EQ(unit.name, Own("Numbers"));
  EXPECT_THAT(unit.detail, HasSubstr("finished"));
}

TEST(AnyCoroutineTest, OneThatPointsIntoAnotherOnesFrameIsAwaitedByThat) {
  const auto before = Snapshot::Take();
  const auto kept = orders::StartAll();
  const LeakReport report = Look(before);
  EXPECT_EQ(report.unit_count(), 3U) << report.ToText();
  const Unit child = UnitsByName(report)[Own("ChildOfAll")];
  EXPECT_THAT(Names(child.stack), ElementsAre(Own("ChildOfAll"), Own("WhenAll")));
  EXPECT_EQ(child.stack[0].line, orders::kChildOfAllLine);
}

TEST(AnyCoroutineTest, OneThatOwnsAnotherIsNotAwaitedByIt) {
  const auto before = Snapshot::Take();
  const auto kept = orders::StartUnawaited();
  auto units = UnitsByName(Look(before));
  EXPECT_THAT(Names(units[Own("HoldsUnawaited")].stack), ElementsAre(Own("HoldsUnawaited")));
  EXPECT_THAT(Names(units[Own("Await")].stack), ElementsAre(Own("Await")));
}

TEST(AnyCoroutineTest, ThoseThatAwaitEachOtherAreADeadlock) {
  const auto before = Snapshot::Take();
  const auto kept = orders::StartCircle();
  const LeakReport report = Look(before);
  ASSERT_EQ(report.deadlocks.size(), 1U) << report.ToText();
  const std::string text = report.ToText();
  EXPECT_THAT(text, HasSubstr("DEADLOCK: 2 coroutines await each other"));
  EXPECT_THAT(text, HasSubstr("\" awaits task "));
  EXPECT_TRUE(report.groups[0].deadlock);
}

// A frame has words that its coroutine has not yet written.
TEST(AnyCoroutineTest, WhatAnEarlierUserOfItsMemoryLeftIsNoAwaiter) {
  for (std::size_t target = 0; LeaveBehindPointersInto(target); ++target) {
    const auto before = Snapshot::Take();
    const auto kept = orders::StartChain();
    const LeakReport report = Look(before);
    EXPECT_TRUE(report.deadlocks.empty()) << target << report.ToText();
  }
}

TEST(AnyCoroutineTest, TemplatesLambdasAndMembersHaveTheirNames) {
  const auto before = Snapshot::Take();
  const auto kept = orders::StartKinds();
  std::vector<std::string> names;
  for (const auto& [name, unit] : UnitsByName(Look(before))) names.push_back(name);
  EXPECT_THAT(names, UnorderedElementsAre(Own("Convert"), Own("Service::Serve"),
                                          "orders::StartKinds::{lambda}::operator()"));
}

TEST(AnyCoroutineTest, OneThatBlocksItsThreadRunsThere) {
  const auto before = Snapshot::Take();
  std::latch latch(1);
  {
    const testing::BlockedThread thread([&] { orders::RunInCoroutine([&latch] { latch.wait(); }); },
                                        [&] { latch.count_down(); });
    thread.AwaitCall(SYS_futex);
    const Unit unit = UnitsByName(Look(before))[Own("Calls")];
    EXPECT_EQ(unit.kind, UnitKind::kTask);
    EXPECT_THAT(unit.detail, HasSubstr("in thread " + std::to_string(thread.tid())));
    EXPECT_NE(unit.state, WaitState::kSuspended);
  }
  EXPECT_TRUE(Look(before).empty());
}

TEST(AnyCoroutineTest, DestroyedOnesAreNeverReported) {
  const auto before = Snapshot::Take();
  for (const int size : {32, 200, 2000}) {
    for (const Order order : {Order::kForward, Order::kBackward, Order::kRandom}) {
      orders::ComeAndGo(1000, size, order);
      EXPECT_TRUE(Look(before).empty()) << size;
    }
  }
  orders::ComeAndEnd(1000);
  EXPECT_TRUE(Look(before).empty());
}

TEST(AnyCoroutineTest, TheirMemoryInOtherHandsIsNoCoroutine) {
  const auto before = Snapshot::Take();
  orders::ComeAndGo(1000, 200, Order::kRandom);
  std::vector<std::unique_ptr<char, decltype(&std::free)>> buffers;
  for (std::size_t size = 32; size < 512; size += 16) {
    for (int i = 0; i < 1000; ++i)
      buffers.emplace_back(static_cast<char*>(std::malloc(size)), &std::free);
  }
  EXPECT_TRUE(Look(before).empty());
}

TEST(AnyCoroutineTest, OnesThatArePartOfAnotherEndWithIt) {
  const auto before = Snapshot::Take();
  orders::RunElided();
  EXPECT_TRUE(Look(before).empty());
}

TEST(AnyCoroutineTest, RulesOnTheNameAndTheAsyncStackIgnoreThem) {
  const auto before = Snapshot::Take();
  const auto kept = orders::StartChain();
  EXPECT_TRUE(FindLeaks(before, NoWait({IgnoreTaskName(Own("Leaf")), IgnoreTaskName(Own("Middle")),
                                        IgnoreTaskName(Own("Outer"))}))
                  .empty());
  EXPECT_EQ(FindLeaks(before, NoWait({IgnoreAnyFunction(Own("Middle"))})).unit_count(), 1U)
      << Look(before).ToText();
}

TEST(AnyCoroutineTest, ThoseOfTheBaselineAreNotReported) {
  const auto kept = orders::StartChain();
  const auto before = Snapshot::Take();
  EXPECT_TRUE(Look(before).empty());
}

TEST(AnyCoroutineTest, TheirWholeCreationStackIsKeptIfThatIsWanted) {
  const auto before = Snapshot::Take();
  registry::SetTaskStacks(TaskStacks::kFull);
  const auto kept = orders::StartKinds();
  registry::SetTaskStacks(TaskStacks::kSite);
  const Unit unit = UnitsByName(Look(before))[Own("Service::Serve")];
  EXPECT_TRUE(IsCreatedIn(unit, "orders::StartKinds"));
  EXPECT_FALSE(IsCreatedIn(unit, Own("Service::Serve")));
  EXPECT_GT(unit.created_by.size(), 3U);
}

TEST(AnyCoroutineTest, OnesThatOtherThreadsDestroyHaveEnded) {
  const auto before = Snapshot::Take();
  std::vector<std::unique_ptr<Kept>> kept(1000);
  std::thread([&kept] {
    for (auto& each : kept) each = orders::StartChain();
  }).join();
  EXPECT_EQ(Look(before).unit_count(), 3000U);
  std::thread([&kept] { kept.clear(); }).join();
  EXPECT_TRUE(Look(before).empty());
}

TEST(AnyCoroutineTest, OneThatEndsDuringTheDrainIsNoLeak) {
  const auto before = Snapshot::Take();
  auto kept = orders::StartChain();
  std::thread ender([&kept] {
    kept->Set();
    kept.reset();
  });
  const LeakReport report = FindLeaks(before);
  ender.join();
  EXPECT_TRUE(report.empty()) << report.ToText();
}

TEST(AnyCoroutineTest, TheyAreAmongWhatIsAlive) {
  const auto before = Snapshot::Take();
  const auto kept = orders::StartEager();
  EXPECT_EQ(UnitsByName(FindAlive()).count(Own("Await")), 1U);
}

// As a hang's report has it.
std::map<std::string, Unit> LookAtEverything() {
  return UnitsByName(run::LookAtAll(check::Checker(NoWait())));
}

TEST(AnyCoroutineTest, OneThatTheAllocatorDoesNotKnowIsUnverifiedAndNoLeak) {
  if (kUnderTsan) GTEST_SKIP() << "its mappings are larger than what is searched";
  const auto before = Snapshot::Take();
  {
    const auto kept = orders::StartPooled();
    EXPECT_TRUE(Look(before).empty());
    const Unit unit = LookAtEverything()[Own("Pooled")];
    EXPECT_EQ(unit.kind, UnitKind::kTask);
    EXPECT_THAT(unit.detail, HasSubstr("unverified"));
  }
  if (orders::kIsGcc) {
    EXPECT_EQ(LookAtEverything().count(Own("Pooled")), 0U);
  }
}

TEST(AnyCoroutineTest, OneThatIsFollowedIsNotUnverifiedAsWell) {
  const auto before = Snapshot::Take();
  const auto kept = orders::StartEager();
  int shown = 0;
  for (const LeakGroup& group : run::LookAtAll(check::Checker(NoWait())).groups) {
    for (const Unit& unit : group.units) {
      if (unit.name != Own("Await")) continue;
      ++shown;
      EXPECT_THAT(unit.detail, Not(HasSubstr("unverified")));
    }
  }
  EXPECT_EQ(shown, 1);
}

TEST(AnyCoroutineTest, NoDeadOneIsReportedWhileOthersComeAndGo) {
  const auto before = Snapshot::Take();
  std::atomic<int> left{8};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&left] {
      for (int round = 0; round < 60; ++round) orders::ComeAndEnd(1000);
      --left;
    });
  }
  while (left > 0) {
    for (const auto& [name, unit] : UnitsByName(Look(before))) {
      if (unit.kind == UnitKind::kTask) {
        EXPECT_THAT(unit.name, ::testing::AnyOf(Own("Short"), Own("Longer")));
      }
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(Look(before).empty());
}

}  // namespace
}  // namespace taskleak
