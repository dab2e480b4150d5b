// No false deadlock is reported, and no real deadlock is missed.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/leaks.h"
#include "support/planted_circle.h"
#include "support/repetitions.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::Edge;
using testing::Look;
using testing::PlantedCircle;
using Random = std::mt19937;

int FromEnvironment(const char* name, int otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::atoi(value);
}

// Threads that take two locks at a time, always the lower one first. Most of the time each waits
// for another one, and two threads that are seen at two moments often look like a circle.
class BusyThreads {
 public:
  explicit BusyThreads(unsigned count) {
    for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this, i] { Run(Random(i)); });
  }
  ~BusyThreads() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  BusyThreads(const BusyThreads&) = delete;
  BusyThreads& operator=(const BusyThreads&) = delete;

  [[nodiscard]] long turns() const { return turns_.load(); }

 private:
  static void Linger(Random& random) {
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 200));
  }

  void Run(Random random) {
    for (; !stop_; ++turns_) {
      std::size_t low = random() % mutexes_.size();
      std::size_t high = random() % mutexes_.size();
      if (low > high) std::swap(low, high);
      const std::lock_guard first(mutexes_[low]);
      if (random() % 4 == 0) Linger(random);
      if (low == high) continue;
      const std::lock_guard second(mutexes_[high]);
      if (random() % 4 == 0) Linger(random);
    }
  }

  std::array<std::mutex, 8> mutexes_;
  std::atomic<bool> stop_{false};
  std::atomic<long> turns_{0};
  std::vector<std::thread> threads_;
};

TEST(DeadlockStressTest, BusyLocksAreNeverTakenForADeadlock) {
  const std::chrono::seconds duration(FromEnvironment("TASKLEAK_STRESS_SECONDS", 3));
  const Snapshot before = Snapshot::Take();
  BusyThreads threads(32);
  const auto end = std::chrono::steady_clock::now() + duration;
  int looks = 0;
  int holders = 0;
  // A slow machine may need longer until a look meets a lock that is held.
  for (; std::chrono::steady_clock::now() < end || holders == 0; ++looks) {
    const LeakReport report = Look(before);
    ASSERT_TRUE(report.deadlocks.empty()) << report.ToText();
    for (const LeakGroup& group : report.groups) {
      for (const Unit& unit : group.units) {
        holders += unit.held_by ? 1 : 0;
        ASSERT_FALSE(unit.held_by && unit.held_by->ended) << report.ToText();
      }
    }
  }
  RecordProperty("looks", looks);
  RecordProperty("holders_named", holders);
  RecordProperty("turns", std::to_string(threads.turns()));
}

// The last edge is a mutex, so that the circle can be broken.
std::vector<Edge> RandomEdges(Random& random) {
  constexpr std::size_t kLongest = 6;
  std::vector<Edge> edges(1 + random() % kLongest, Edge::kMutex);
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) edges[i] = static_cast<Edge>(random() % 4);
  return edges;
}

TEST(DeadlockStressTest, NoPlantedCircleIsMissed) {
  const int rounds = FromEnvironment("TASKLEAK_STRESS_ROUNDS", testing::Repetitions(1000));
  Random random(1);
  for (int round = 0; round < rounds; ++round) {
    const Snapshot before = Snapshot::Take();
    const PlantedCircle circle(RandomEdges(random));
    circle.AwaitClosed();
    const LeakReport report = Look(before);
    ASSERT_EQ(report.deadlocks.size(), 1U) << "round " << round << '\n' << report.ToText();
    std::vector<int> ids;
    for (const Unit& unit : report.deadlocks[0].units) ids.push_back(static_cast<int>(unit.id));
    std::sort(ids.begin(), ids.end());
    ASSERT_EQ(ids, circle.tids()) << "round " << round;
    ASSERT_EQ(report.deadlocks[0].kind,
              ids.size() == 1 ? Deadlock::Kind::kSelf : Deadlock::Kind::kCycle);
  }
}

}  // namespace
}  // namespace taskleak
