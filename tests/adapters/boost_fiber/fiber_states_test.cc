// What parked fibers wait for.
#include <chrono>
#include <functional>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/fiber/all.hpp>

#include "adapters/boost_fiber/fibers.h"

namespace taskleak {
namespace {

namespace fibers = boost::fibers;

using testing::IsWhole;
using testing::LetAllRun;
using testing::Look;
using testing::OnlyLeak;
using testing::WithFibers;

// Expects a fiber that is parked in `wait` to be in that state; `end` lets it go on.
void ExpectState(WaitState state, const std::function<void()>& wait,
                 const std::function<void()>& end) {
  const auto before = Snapshot::Take();
  fibers::fiber fiber(wait);
  boost::this_fiber::yield();
  const Unit unit = OnlyLeak(before);
  EXPECT_EQ(ToString(unit.state), ToString(state));
  EXPECT_TRUE(IsWhole(unit)) << unit.stack_missing;
  end();
  fiber.join();
}

TEST(FiberStateTest, Channels) {
  WithFibers([] {
    fibers::unbuffered_channel<int> unbuffered;
    int value = 0;
    ExpectState(
        WaitState::kChannel, [&] { unbuffered.push(1); }, [&] { unbuffered.pop(value); });
    ExpectState(
        WaitState::kChannel, [&] { unbuffered.pop(value); }, [&] { unbuffered.close(); });
    fibers::buffered_channel<int> buffered(2);
    ExpectState(
        WaitState::kChannel, [&] { buffered.pop(value); }, [&] { buffered.push(1); });
    ExpectState(
        WaitState::kChannel, [&] { buffered.pop_wait_for(value, std::chrono::minutes(10)); },
        [&] { buffered.push(1); });
    buffered.push(1);
    ExpectState(
        WaitState::kChannel, [&] { buffered.push(2); }, [&] { buffered.close(); });
  });
}

TEST(FiberStateTest, Mutexes) {
  WithFibers([] {
    fibers::mutex plain;
    plain.lock();
    ExpectState(
        WaitState::kMutex, [&] { const std::lock_guard<fibers::mutex> lock(plain); },
        [&] { plain.unlock(); });
    fibers::timed_mutex timed;
    timed.lock();
    ExpectState(
        WaitState::kMutex,
        [&] {
          if (timed.try_lock_for(std::chrono::minutes(10))) timed.unlock();
        },
        [&] { timed.unlock(); });
    fibers::recursive_mutex recursive;
    recursive.lock();
    ExpectState(
        WaitState::kMutex, [&] { const std::lock_guard<fibers::recursive_mutex> lock(recursive); },
        [&] { recursive.unlock(); });
  });
}

TEST(FiberStateTest, ConditionVariables) {
  WithFibers([] {
    fibers::mutex mutex;
    fibers::condition_variable changed;
    ExpectState(
        WaitState::kCondvar,
        [&] {
          std::unique_lock<fibers::mutex> lock(mutex);
          changed.wait(lock);
        },
        [&] { changed.notify_all(); });
    ExpectState(
        WaitState::kCondvar,
        [&] {
          std::unique_lock<fibers::mutex> lock(mutex);
          changed.wait_for(lock, std::chrono::minutes(10));
        },
        [&] { changed.notify_all(); });
  });
}

TEST(FiberStateTest, AfterANotificationItWaitsForTheMutex) {
  WithFibers([] {
    fibers::mutex mutex;
    fibers::condition_variable changed;
    const auto before = Snapshot::Take();
    fibers::fiber fiber([&] {
      std::unique_lock<fibers::mutex> lock(mutex);
      changed.wait(lock);
    });
    boost::this_fiber::yield();
    mutex.lock();
    changed.notify_all();
    boost::this_fiber::yield();
    EXPECT_EQ(ToString(OnlyLeak(before).state), "mutex");
    mutex.unlock();
    fiber.join();
  });
}

TEST(FiberStateTest, FuturesAndSleep) {
  WithFibers([] {
    fibers::promise<int> promise;
    fibers::future<int> future = promise.get_future();
    ExpectState(
        WaitState::kFuture, [&] { future.get(); }, [&] { promise.set_value(1); });
    // Nothing ends a sleep early: it lasts long enough to be seen.
    ExpectState(
        WaitState::kSleep, [] { boost::this_fiber::sleep_for(std::chrono::milliseconds(50)); },
        [] {});
  });
}

TEST(FiberStateTest, Join) {
  WithFibers([] {
    fibers::unbuffered_channel<int> channel;
    int value = 0;
    fibers::fiber joined([&] { channel.pop(value); });
    ExpectState(
        WaitState::kJoin, [&] { joined.join(); }, [&] { channel.close(); });
  });
}

TEST(FiberStateTest, OneThatNobodyHasRunYetIsQueued) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    fibers::fiber fiber([] {});
    const Unit unit = OnlyLeak(before);
    EXPECT_EQ(ToString(unit.state), "queued");
    EXPECT_TRUE(unit.stack.empty());
    EXPECT_EQ(unit.stack_missing, "");
    fiber.join();
  });
}

TEST(FiberStateTest, OneThatMayGoOnIsReady) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    fibers::fiber fiber([] { boost::this_fiber::yield(); });
    boost::this_fiber::yield();
    const Unit unit = OnlyLeak(before);
    EXPECT_EQ(ToString(unit.state), "suspended");
    EXPECT_EQ(unit.detail, "ready to run, waiting for a thread");
    EXPECT_TRUE(IsWhole(unit)) << unit.stack_missing;
    fiber.join();
  });
}

TEST(FiberStateTest, OneThatEndedIsGoneAlsoIfNobodyJoinedIt) {
  WithFibers([] {
    const auto before = Snapshot::Take();
    fibers::fiber joinable([] {});
    fibers::fiber([] {}).detach();
    LetAllRun();
    EXPECT_TRUE(Look(before).empty());
    joinable.join();
  });
}

}  // namespace
}  // namespace taskleak
