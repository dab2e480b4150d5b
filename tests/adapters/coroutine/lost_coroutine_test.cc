// Coroutines that can never continue, since what would have resumed them is gone.
#include <chrono>
#include <memory>

#include <gtest/gtest.h>

#include "adapters/coroutine/coroutines.h"
#include "support/leaks.h"
#include "taskleak/coroutine.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::Event;
using testing::Lazy;
using testing::OnlyLeak;
using testing::Own;

// [continuation]
// A door that opens for the coroutine that waits at it, or never.
class Door {
 public:
  static bool await_ready() { return false; }
  void await_suspend(Lazy::Handle handle) { waiting_ = taskleak::Continuation(handle); }
  static void await_resume() {}
  void Open() { waiting_.Resume(); }

 private:
  taskleak::Continuation waiting_;
};
// [/continuation]

constexpr int kEnterLine = __LINE__ + 2;
Lazy Enter(Door& door) {
  co_await door;
  co_return 0;
}

TEST(LostCoroutineTest, OneWhoseOperationWasDestroyedIsLostWhereItAwaits) {
  const auto before = Snapshot::Take();
  auto door = std::make_unique<Door>();
  Lazy enter = Enter(*door);
  enter.Start();
  EXPECT_EQ(OnlyLeak(before).state, WaitState::kSuspended);
  door.reset();
  const Unit unit = OnlyLeak(before);
  EXPECT_EQ(unit.state, WaitState::kLost);
  ASSERT_EQ(unit.stack.size(), 1U);
  EXPECT_EQ(unit.stack[0].line, kEnterLine);
}

TEST(LostCoroutineTest, NoCheckWaitsForOneThatIsLost) {
  const auto before = Snapshot::Take();
  auto door = std::make_unique<Door>();
  Lazy enter = Enter(*door);
  enter.Start();
  door.reset();
  Options options;
  options.drain = std::chrono::seconds(60);
  options.stillness = false;
  const LeakReport report = FindLeaks(before, options);
  EXPECT_EQ(report.unit_count(), 1U);
  EXPECT_LT(report.waited, options.drain);
}

TEST(LostCoroutineTest, OneThatWasResumedIsNotLost) {
  const auto before = Snapshot::Take();
  auto door = std::make_unique<Door>();
  Lazy enter = Enter(*door);
  enter.Start();
  door->Open();
  door.reset();
  EXPECT_TRUE(enter.Done());
  EXPECT_EQ(OnlyLeak(before).state, WaitState::kOther);
}

TEST(LostCoroutineTest, AnotherOneInItsPlaceIsNotLost) {
  const auto before = Snapshot::Take();
  auto door = std::make_unique<Door>();
  auto enter = std::make_unique<Lazy>(Enter(*door));
  enter->Start();
  enter.reset();
  Door other;
  Lazy next = Enter(other);
  next.Start();
  door.reset();
  EXPECT_EQ(OnlyLeak(before).state, WaitState::kSuspended);
}

// Runs a coroutine, which it does not own, until that waits.
struct Running {
  Lazy::Handle inner;

  static bool await_ready() { return false; }
  void await_suspend(Lazy::Handle awaiting) const {
    inner.promise().SetAwaitedBy(awaiting);
    inner.resume();
  }
  static void await_resume() {}
};

Lazy Inner(Event& event) {
  co_await event;
  co_return 0;
}

Lazy Outer(Lazy::Handle inner) {
  co_await Running{inner};
  co_return 1;
}

// A coroutine that awaits another one, which does not resume it.
struct Awaited {
  Awaited() { outer.Start(); }

  Event event;
  Lazy::Handle inner = Inner(event).Release();
  Lazy outer = Outer(inner);
};

TEST(LostCoroutineTest, OneIsLostWhenTheCoroutineThatItAwaitsIsDestroyedBeforeItHasFinished) {
  const auto before = Snapshot::Take();
  const Awaited awaited;
  awaited.inner.destroy();
  const Unit unit = OnlyLeak(before);
  EXPECT_EQ(unit.name, Own("Outer"));
  EXPECT_EQ(unit.state, WaitState::kLost);
}

TEST(LostCoroutineTest, OneThatIsResumedAfterAllIsNotLost) {
  const auto before = Snapshot::Take();
  Awaited awaited;
  awaited.inner.destroy();
  EXPECT_EQ(OnlyLeak(before).state, WaitState::kLost);
  awaited.outer.Start();  // goes on where it waits
  EXPECT_EQ(OnlyLeak(before).state, WaitState::kOther);
}

TEST(LostCoroutineTest, OneWhoseInnerCoroutineHasFinishedIsNotLost) {
  const auto before = Snapshot::Take();
  Awaited awaited;
  awaited.event.Set();
  awaited.inner.destroy();
  EXPECT_EQ(OnlyLeak(before).state, WaitState::kSuspended);
}

}  // namespace
}  // namespace taskleak
