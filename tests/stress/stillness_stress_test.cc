// Whatever ends in time is never blamed because the wait was cut short, and what stays is found as
// if it had not been.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "alive/stillness.h"
#include "stress/wake_sources.h"
#include "support/repetitions.h"
#include "support/sanitizer.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::kSources;
using testing::MakeSource;
using testing::PingPong;
using testing::Relay;
using testing::Ring;
using testing::Sleep;
using testing::Source;
using Random = std::mt19937;

int FromEnvironment(const char* name, int otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::atoi(value);
}

// Threads each of which waits for the one before it, and the first for a source; detached, so that
// their ends are all that there is to wait for.
class Chain {
 public:
  Chain(std::unique_ptr<Source> source, unsigned length) : source_(std::move(source)) {
    std::shared_future<void> before = Start([this] { source_->Wait(); });
    for (unsigned i = 0; i < length; ++i) before = Start([before] { before.wait(); });
    end_ = before;
  }
  ~Chain() { end_.wait(); }
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

 private:
  static std::shared_future<void> Start(std::function<void()> wait) {
    auto done = std::make_shared<std::promise<void>>();
    std::shared_future<void> future = done->get_future().share();
    std::thread([done, wait = std::move(wait)] {
      wait();
      done->set_value();
    }).detach();
    return future;
  }

  std::unique_ptr<Source> source_;
  std::shared_future<void> end_;
};

Options WithDrain(milliseconds drain, bool stillness) {
  Options options;
  options.drain = drain;
  options.drain_max = drain;
  options.stillness = stillness;
  return options;
}

constexpr milliseconds kLong{20'000};

std::set<std::int64_t> Ids(const LeakReport& report) {
  std::set<std::int64_t> ids;
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) ids.insert(unit.id);
  }
  return ids;
}

TEST(StillnessStressTest, WhatEndsInTimeIsNeverBlamed) {
  const int rounds = FromEnvironment("TASKLEAK_STRESS_ROUNDS", testing::Repetitions(150));
  const bool ring_works = Ring::Works();
  Random random(static_cast<Random::result_type>(FromEnvironment("TASKLEAK_STRESS_SEED", 1)));
  for (int round = 0; round < rounds; ++round) {
    const Snapshot before = Snapshot::Take();
    std::vector<std::unique_ptr<Chain>> chains;
    const auto first = static_cast<unsigned>(random() % kSources);
    for (unsigned i = 0; i <= random() % 2; ++i) {  // of different kinds: a process has one alarm
      const microseconds time(500 + random() % 20'000);
      chains.push_back(std::make_unique<Chain>(MakeSource((first + i) % kSources, time, ring_works),
                                               random() % 4));
    }
    Options options = WithDrain(kLong, true);
    options.processes = false;  // a source's child is waited for when the source is destroyed
    const LeakReport report = FindLeaks(before, options);
    ASSERT_TRUE(report.empty()) << "round " << round << '\n' << report.ToText();
  }
  RecordProperty("ring", ring_works ? "wakes a futex" : "cannot wake a futex here");
}

// Each of them is asleep in nearly every look, but never all at once.
TEST(StillnessStressTest, ThreadsThatWakeOrStartEachOtherAreNeverStill) {
  constexpr unsigned kKinds = 2;
  const std::chrono::seconds duration(FromEnvironment("TASKLEAK_STRESS_SECONDS", 2));
  for (unsigned kind = 0; kind < kKinds; ++kind) {
    std::atomic<bool> stop{false};
    std::thread runs([&] {
      constexpr microseconds kTime(20'000);
      while (!stop.load()) {
        if (kind == 0)
          PingPong(kTime).Wait();
        else
          Relay(kTime).Wait();
      }
    });
    const auto end = std::chrono::steady_clock::now() + duration / kKinds;
    int looks = 0;
    int shown = 0;
    for (; std::chrono::steady_clock::now() < end; ++looks)
      shown += alive::Stillness().IsShown({}) ? 1 : 0;
    EXPECT_EQ(shown, 0) << "of " << looks;
    stop = true;
    runs.join();
  }
}

TEST(StillnessStressTest, WhatStaysIsFoundAtOnceAndIsWhatTheWholeWaitFinds) {
  if (kUnderTsan) GTEST_SKIP() << "its own thread wakes up now and then";
  const int rounds = FromEnvironment("TASKLEAK_STRESS_ROUNDS", testing::Repetitions(150)) / 3;
  Random random(static_cast<Random::result_type>(FromEnvironment("TASKLEAK_STRESS_SEED", 1)));
  for (int round = 0; round < rounds; ++round) {
    const Snapshot before = Snapshot::Take();
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    std::vector<std::thread> stay;
    for (unsigned i = 0; i <= random() % 4; ++i) stay.emplace_back([released] { released.wait(); });
    LeakReport early;
    {
      const Chain ends(std::make_unique<Sleep>(microseconds(random() % 3000)), random() % 4);
      early = FindLeaks(before, WithDrain(kLong, true));
    }
    const LeakReport whole = FindLeaks(before, WithDrain(milliseconds(20), false));
    EXPECT_EQ(early.standstill, Standstill::kAllAsleep);
    EXPECT_EQ(early.unit_count(), stay.size()) << early.ToText();
    EXPECT_EQ(Ids(early), Ids(whole)) << early.ToText() << whole.ToText();
    release.set_value();
    for (std::thread& thread : stay) thread.join();
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
}

}  // namespace
}  // namespace taskleak
