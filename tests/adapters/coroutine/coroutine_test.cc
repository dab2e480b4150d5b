#include "taskleak/coroutine.h"

#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/coroutine/coroutines.h"
#include "core/registry/tasks.h"
#include "registry/origin.h"
#include "support/leaks.h"
#include "taskleak/internal/task_turns.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::Detached;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::Event;
using testing::Functions;
using testing::Generator;
using ::testing::HasSubstr;
using testing::Lazy;
using testing::Look;
using testing::NoWait;
using testing::OnlyLeak;
using testing::Own;
using testing::TasksSince;

constexpr int kLeafLine = __LINE__ + 2;
Lazy Leaf(Event& event) {
  co_await event;
  co_return 7;
}

constexpr int kCallerLine = __LINE__ + 2;
Lazy Caller(Event& event) {
  const int value = co_await Leaf(event);
  co_return value + 1;
}

TEST(CoroutineTest, OneThatAwaitsIsNamedWithTheLineWhereItAwaits) {
  const auto before = Snapshot::Take();
  Event event;
  Lazy leaf = Leaf(event);
  leaf.Start();
  const Unit unit = OnlyLeak(before);
  EXPECT_EQ(unit.kind, UnitKind::kTask);
  EXPECT_EQ(unit.name, Own("Leaf"));
  EXPECT_EQ(unit.state, WaitState::kSuspended);
  ASSERT_EQ(unit.stack.size(), 1U);
  EXPECT_EQ(unit.stack[0].function, Own("Leaf"));
  EXPECT_THAT(unit.stack[0].file, EndsWith("adapters/coroutine/coroutine_test.cc"));
  EXPECT_EQ(unit.stack[0].line, kLeafLine);
}

TEST(CoroutineTest, TheAsyncStackTellsWhoAwaitsWhom) {
  const auto before = Snapshot::Take();
  Event event;
  Lazy caller = Caller(event);
  caller.Start();
  const LeakReport report = Look(before);
  ASSERT_EQ(report.unit_count(), 2U);
  std::optional<Stack> leaf;
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {  // both are in one group if one function created both
      if (unit.name == Own("Leaf")) leaf = unit.stack;
    }
  }
  ASSERT_TRUE(leaf.has_value()) << report.ToText();
  EXPECT_THAT(Functions(*leaf), ElementsAre(Own("Leaf"), Own("Caller")));
  EXPECT_EQ((*leaf)[0].line, kLeafLine);
  EXPECT_EQ((*leaf)[1].line, kCallerLine);
  event.Set();
  EXPECT_TRUE(caller.Done());
}

Lazy NoteTurns(Event& event, std::vector<internal::TaskTurn>& turns) {
  turns = internal::TurnsUnderWay();
  co_await event;
  turns = internal::TurnsUnderWay();
  co_return 7;
}

TEST(CoroutineTest, EachTimeItIsResumedIsATurn) {
  Event event;
  std::vector<internal::TaskTurn> turns;
  Lazy notes = NoteTurns(event, turns);
  notes.Start();
  ASSERT_EQ(turns.size(), 1U);
  EXPECT_EQ(turns[0].thread, gettid());
  EXPECT_TRUE(internal::TurnsUnderWay().empty());
  const internal::TurnKey first = turns[0].key;
  event.Set();
  ASSERT_EQ(turns.size(), 1U);
  EXPECT_EQ(turns[0].key.task, first.task);
  EXPECT_NE(turns[0].key.place, first.place);
}

TEST(CoroutineTest, OneThatWasNeverStartedIsQueued) {
  const auto before = Snapshot::Take();
  Event event;
  const Lazy leaf = Leaf(event);
  EXPECT_EQ(OnlyLeak(before).state, WaitState::kQueued);
}

TEST(CoroutineTest, OneThatFinishedAndIsNotDestroyedIsToldApart) {
  const auto before = Snapshot::Take();
  Event event;
  event.Set();
  Lazy leaf = Leaf(event);
  leaf.Start();
  ASSERT_TRUE(leaf.Done());
  EXPECT_EQ(OnlyLeak(before).detail, "finished, but its frame was not destroyed");
}

TEST(CoroutineTest, DestroyedWhileSuspendedIsNoLeak) {
  const auto before = Snapshot::Take();
  Event event;
  {
    Lazy leaf = Leaf(event);
    leaf.Start();
  }
  EXPECT_TRUE(Look(before).empty());
}

Lazy Failing(Event& event) {
  co_await event;
  throw std::runtime_error("failed");
}

Lazy Catching(Event& event) {
  try {
    co_await Failing(event);
  } catch (const std::runtime_error&) {
    co_return 1;
  }
  co_return 0;
}

TEST(CoroutineTest, AnExceptionGoesToWhoAwaitsAndEndsTheTask) {
  const auto before = Snapshot::Take();
  Event event;
  {
    Lazy catching = Catching(event);
    catching.Start();
    event.Set();
    EXPECT_TRUE(catching.Done());
    EXPECT_EQ(TasksSince(0).size(), 1U);
  }
  EXPECT_TRUE(Look(before).empty());
}

Detached FireAndForget(Event& event) { co_await event; }

TEST(CoroutineTest, ADetachedOneIsALeakUntilItEnds) {
  const auto before = Snapshot::Take();
  Event event;
  FireAndForget(event);
  EXPECT_EQ(OnlyLeak(before).name, Own("FireAndForget"));
  event.Set();
  EXPECT_TRUE(Look(before).empty());
}

constexpr int kYieldLine = __LINE__ + 2;
Generator Count() {
  for (int i = 0;; ++i) co_yield i;
}

TEST(CoroutineTest, AGeneratorIsSuspendedWhereItYields) {
  const auto before = Snapshot::Take();
  Generator numbers = Count();
  EXPECT_TRUE(numbers.Next());
  EXPECT_TRUE(numbers.Next());
  EXPECT_EQ(numbers.value(), 1);
  const Unit unit = OnlyLeak(before);
  EXPECT_EQ(unit.name, Own("Count"));
  EXPECT_EQ(unit.stack[0].line, kYieldLine);
}

struct NeverSuspends {
  [[nodiscard]] bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<>) const { return false; }
  void await_resume() const {}
};

struct FailsToSuspend {
  [[nodiscard]] bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<>) const { throw std::runtime_error("no"); }
  void await_resume() const {}
};

WaitState StateOfOnlyTask() { return TasksSince(0).at(0).state; }

Detached GoesOn(std::vector<WaitState>& states) {
  states.push_back(StateOfOnlyTask());
  co_await NeverSuspends();
  states.push_back(StateOfOnlyTask());
  try {
    co_await FailsToSuspend();
  } catch (const std::runtime_error&) {
    states.push_back(StateOfOnlyTask());
  }
}

TEST(CoroutineTest, OneThatIsNotSuspendedAfterAllRunsOn) {
  std::vector<WaitState> states;
  GoesOn(states);
  EXPECT_THAT(states, ElementsAre(WaitState::kRunning, WaitState::kRunning, WaitState::kRunning));
  EXPECT_TRUE(TasksSince(0).empty());
}

// Its parts run in the thread that sets the event. The tasks that it creates there descend from it.
Detached CreatesWhenResumed(Event& event, std::optional<Task>& created) {
  co_await event;
  created.emplace("created");
}

TEST(CoroutineTest, TheOriginGoesWithTheCoroutineToOtherThreads) {
  registry::OpenScope("First.Test", registry::ScopeKind::kFrame);
  Event event;
  std::optional<Task> created;
  CreatesWhenResumed(event, created);
  const auto coroutine = TasksSince(0).at(0).serial;
  registry::OpenScope("Second.Test", registry::ScopeKind::kFrame);
  std::thread([&event] { event.Set(); }).join();
  const auto record = testing::RecordOf(*created);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(registry::OriginName(record->origin), "First.Test");
  EXPECT_EQ(record->parent, coroutine);
}

TEST(CoroutineTest, AfterACoroutineItsCallerCreatesForItselfAgain) {
  Event event;
  FireAndForget(event);
  EXPECT_EQ(testing::RecordOf(Task("after a suspension"))->parent, 0U);
  event.Set();
  EXPECT_EQ(testing::RecordOf(Task("after the end"))->parent, 0U);
}

// If the compiler inlines its first part into the caller, the caller's caller is taken for the
// caller.
[[gnu::noinline]] Lazy LeafOfItsOwn(Event& event) {
  co_await event;
  co_return 0;
}

[[gnu::noinline]] Lazy MakeLeaf(Event& event) {
  Lazy leaf = LeafOfItsOwn(event);
  leaf.Start();
  return leaf;
}

TEST(CoroutineTest, TheCreatorIsWhoCalledTheCoroutine) {
  const auto before = Snapshot::Take();
  Event event;
  const Lazy leaf = MakeLeaf(event);
  const Unit unit = OnlyLeak(before);
  ASSERT_FALSE(unit.created_by.empty());
  EXPECT_THAT(unit.created_by[0].function, HasSubstr("MakeLeaf"));
}

TEST(CoroutineTest, TheRulesThatTheReportGivesSilenceIt) {
  const auto before = Snapshot::Take();
  Event event;
  Lazy leaf = Leaf(event);
  leaf.Start();
  const LeakReport report = Look(before);
  ASSERT_EQ(report.groups.size(), 1U);
  for (const std::string& line : report.groups[0].ignore) {
    EXPECT_TRUE(FindLeaks(before, NoWait({IgnoreRule::Parse(line)})).empty()) << line;
  }
  EXPECT_TRUE(FindLeaks(before, NoWait({IgnoreAnyFunction("*::Leaf")})).empty());
}

}  // namespace
}  // namespace taskleak
