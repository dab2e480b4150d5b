// Fibers that are seen from other threads, and fibers that move from thread to thread.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/fiber/all.hpp>

#include "adapters/boost_fiber/fibers.h"

namespace taskleak {
namespace {

namespace fibers = boost::fibers;

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::IsWhole;
using testing::Look;
using testing::OwnFunctions;
using testing::Units;

std::vector<Unit> Fibers(const Snapshot& before) {
  std::vector<Unit> found;
  for (Unit& unit : Units(Look(before))) {
    if (unit.kind == UnitKind::kTask) found.push_back(std::move(unit));
  }
  return found;
}

// A place where fibers are counted and wait until they are released.
class Gate {
 public:
  [[gnu::noinline]] void Pass() {
    std::unique_lock<fibers::mutex> lock(mutex_);
    ++waiting_;
    opened_.wait(lock, [this] { return open_; });
  }
  void Open() {
    const std::lock_guard<fibers::mutex> lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  [[nodiscard]] int waiting() const { return waiting_; }

 private:
  fibers::mutex mutex_;
  fibers::condition_variable opened_;
  std::atomic<int> waiting_{0};
  bool open_ = false;
};

// Threads that share the fibers that one of them launches, and run them until all have ended.
template <typename Algorithm, typename... Arguments>
class Pool {
 public:
  static constexpr int kThreads = 2;

  explicit Pool(std::function<void()> launch, Arguments... arguments) : launch_(std::move(launch)) {
    for (int i = 0; i < kThreads; ++i)
      threads_.emplace_back([this, i, arguments...] { Run(i, arguments...); });
  }
  ~Pool() {
    for (std::thread& thread : threads_) thread.join();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void Stop() {
    const std::lock_guard<fibers::mutex> lock(mutex_);
    stopping_ = true;
    stopped_.notify_all();
  }

 private:
  void Run(int number, Arguments... arguments) {
    fibers::use_scheduling_algorithm<TrackedFibers<Algorithm>>(arguments...);
    if (number == 0) launch_();
    std::unique_lock<fibers::mutex> lock(mutex_);
    stopped_.wait(lock, [this] { return stopping_; });
  }

  std::function<void()> launch_;
  fibers::mutex mutex_;
  fibers::condition_variable stopped_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// Asks again and again, since the awaited event sends no notification.
template <typename Condition>
bool Within(std::chrono::seconds limit, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

constexpr int kFibers = 50;
constexpr std::chrono::seconds kLimit{30};

// Launches fibers of both kinds that first move from thread to thread and then wait.
void LaunchMany(Gate& gate, std::atomic<int>& ended) {
  for (int i = 0; i < kFibers; ++i) {
    fibers::fiber(i % 2 == 0 ? fibers::launch::post : fibers::launch::dispatch, [&] {
      for (int round = 0; round < 5; ++round) boost::this_fiber::yield();
      gate.Pass();
      ++ended;
    }).detach();
  }
}

template <typename Algorithm, typename... Arguments>
void ExpectAllFibersOfAPool(Arguments... arguments) {
  const auto before = Snapshot::Take();
  Gate gate;
  std::atomic<int> ended{0};
  {
    Pool<Algorithm, Arguments...> pool([&] { LaunchMany(gate, ended); }, arguments...);
    const auto all_parked = [&] {
      const auto units = Fibers(before);
      return gate.waiting() == kFibers &&
             std::all_of(units.begin(), units.end(),
                         [](const Unit& unit) { return unit.state == WaitState::kCondvar; });
    };
    EXPECT_TRUE(Within(kLimit, all_parked));
    const std::vector<Unit> units = Fibers(before);
    EXPECT_EQ(units.size(), kFibers);
    for (const Unit& unit : units) {
      EXPECT_TRUE(IsWhole(unit)) << unit.stack_missing;
      EXPECT_THAT(OwnFunctions(unit.stack), Contains(HasSubstr("Gate::Pass")));
      EXPECT_THAT(OwnFunctions(unit.created_by)[0], HasSubstr("LaunchMany"));
    }
    gate.Open();
    EXPECT_TRUE(Within(kLimit, [&] { return ended == kFibers; }));
    pool.Stop();
  }
  EXPECT_TRUE(Fibers(before).empty());
}

TEST(FiberThreadsTest, RoundRobin) { ExpectAllFibersOfAPool<fibers::algo::round_robin>(); }

TEST(FiberThreadsTest, SharedWork) { ExpectAllFibersOfAPool<fibers::algo::shared_work>(true); }

// Its threads live as long as the process, and their number is set once.
TEST(FiberThreadsTest, WorkStealing) {
  ExpectAllFibersOfAPool<fibers::algo::work_stealing>(std::uint32_t{2}, true);
}

TEST(FiberThreadsTest, FiberThatRunsIsWhereItsThreadIs) {
  const auto before = Snapshot::Take();
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  std::thread thread([&] {
    fibers::use_scheduling_algorithm<TrackedFibers<fibers::algo::round_robin>>();
    fibers::fiber([&] {
      char byte = 0;
      static_cast<void>(!read(ends[0], &byte, 1));
    }).join();
  });
  EXPECT_TRUE(Within(kLimit, [&] {
    const auto units = Fibers(before);
    return units.size() == 1 && units[0].state == WaitState::kRead;
  }));
  for (const Unit& unit : Fibers(before)) {
    EXPECT_TRUE(IsWhole(unit)) << unit.stack_missing;
    EXPECT_THAT(unit.detail, HasSubstr("in thread "));
  }
  close(ends[1]);
  thread.join();
  close(ends[0]);
}

TEST(FiberThreadsTest, FibersThatEndLateAreWaitedFor) {
  const auto before = Snapshot::Take();
  std::thread thread([] {
    fibers::use_scheduling_algorithm<TrackedFibers<fibers::algo::round_robin>>();
    // It must end after the look has begun, and the fiber cannot see when that is.
    fibers::fiber([] { boost::this_fiber::sleep_for(std::chrono::milliseconds(50)); }).join();
  });
  Options options;
  options.drain = std::chrono::seconds(20);
  EXPECT_TRUE(FindLeaks(before, options).empty());
  thread.join();
}

// Sometimes the whole thread stands still for a moment, so that something can be read.
[[gnu::noinline]] void Pause() {
  thread_local int pauses = 0;
  if (++pauses % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  boost::this_fiber::yield();
}

[[gnu::noinline]] void PauseOften(std::atomic<bool>& stop) {
  while (!stop) Pause();
}

// Fibers begin, end and are switched as fast as possible. Each reported stack must be one that a
// fiber has had. The number of reported stacks depends on the machine: most fibers continue while
// they are read.
TEST(FiberThreadsTest, StacksOfSwitchingFibersAreOfOneMoment) {
  const auto before = Snapshot::Take();
  std::atomic<bool> stop{false};
  std::thread thread([&] {
    fibers::use_scheduling_algorithm<TrackedFibers<fibers::algo::round_robin>>();
    std::array<fibers::fiber, 3> all;
    for (fibers::fiber& fiber : all) fiber = fibers::fiber([&] { PauseOften(stop); });
    while (!stop) fibers::fiber([] { Pause(); }).join();
    for (fibers::fiber& fiber : all) fiber.join();
  });
  for (int look = 0; look < 100; ++look) {
    for (const Unit& unit : Fibers(before)) {
      if (unit.stack.empty() || !unit.stack_missing.empty()) continue;
      EXPECT_TRUE(IsWhole(unit));
      if (unit.state != WaitState::kSuspended) continue;
      EXPECT_THAT(OwnFunctions(unit.stack), Contains(HasSubstr("Pause")));
    }
  }
  stop = true;
  thread.join();
}

}  // namespace
}  // namespace taskleak
