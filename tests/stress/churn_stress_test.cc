// Looks while tasks, coroutines, threads and processes come and go. Units that stay are found each
// time, and units that have ended are never found. The totals add up, and memory does not grow.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/coroutine/coroutines.h"
#include "support/leaks.h"
#include "support/sanitizer.h"
#include "taskleak/census.h"
#include "taskleak/task.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::Look;
using Clock = std::chrono::steady_clock;
using Random = std::mt19937;
using testing::Event;
using testing::Lazy;

std::chrono::seconds Duration() {
  const char* const seconds = std::getenv("TASKLEAK_STRESS_SECONDS");
  return std::chrono::seconds(seconds == nullptr ? 3 : std::atoi(seconds));
}

std::size_t CountNamed(const LeakReport& report, std::string_view name) {
  std::size_t count = 0;
  for (const LeakGroup& group : report.groups) {
    count += static_cast<std::size_t>(
        std::count_if(group.units.begin(), group.units.end(),
                      [&](const Unit& unit) { return unit.name == name; }));
  }
  return count;
}

Lazy Await(Event& event) {
  co_await event;
  co_return 1;
}

// Creates tasks and ends tasks of other threads.
class Churn {
 public:
  explicit Churn(unsigned workers) {
    for (unsigned i = 0; i < workers; ++i) threads_.emplace_back([this, i] { Run(Random(i)); });
  }
  ~Churn() { Stop(); }
  Churn(const Churn&) = delete;
  Churn& operator=(const Churn&) = delete;

  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  [[nodiscard]] std::uint64_t tasks() const { return tasks_.load(); }
  [[nodiscard]] std::uint64_t threads() const { return short_threads_.load(); }

 private:
  static constexpr std::size_t kMostKept = 2000;

  void Run(Random random) {
    while (!stop_) {
      switch (random() % 5) {
        case 0:
          Exchange(random);
          break;
        case 1:
          RunCoroutines();
          break;
        case 2:
          CreateInAThreadThatEnds();
          break;
        default:
          CreateAndEnd();
      }
    }
    const std::lock_guard lock(mutex_);
    kept_.clear();
  }

  void CreateAndEnd() {
    for (int i = 0; i < 100; ++i) {
      Task task("short");
      const Task::Run run(task);
      Task within("within a task");
      within.SetWaiting("for nothing");
    }
    tasks_ += 200;
  }

  // The thread that takes a task out ends it.
  void Exchange(Random& random) {
    std::deque<Task> mine;
    for (auto i = random() % 200; i > 0; --i) mine.emplace_back("kept for a while");
    tasks_ += mine.size();
    const std::lock_guard lock(mutex_);
    if (kept_.size() + mine.size() > kMostKept) kept_.clear();
    std::move(mine.begin(), mine.end(), std::back_inserter(kept_));
  }

  void RunCoroutines() {
    for (int i = 0; i < 50; ++i) {
      Event event;
      Lazy awaits = Await(event);
      awaits.Start();
      event.Set();
      Lazy never_started = Await(event);
    }
    tasks_ += 100;
  }

  void CreateInAThreadThatEnds() {
    Task handed_over("handed over");
    std::thread([task = std::move(handed_over)] { const Task own("own"); }).join();
    tasks_ += 2;
    ++short_threads_;
  }

  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> tasks_{0};
  std::atomic<std::uint64_t> short_threads_{0};
  std::mutex mutex_;
  std::deque<Task> kept_;  // under the mutex
  std::vector<std::thread> threads_;
};

// A forked child has none of its parent's tasks. ThreadSanitizer does not allow other threads
// during a fork.
void LookInAChild() {
  if (kUnderTsan) return;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Task own("of the child");
    _exit(CountNamed(Look(Snapshot()), "of the child") == 1 &&
                  CountNamed(Look(Snapshot()), "anchor") == 0
              ? 0
              : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
}

// Returns the number of allocated bytes.
std::size_t Heap() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

TEST(TaskChurnStressTest, WhatStaysIsFoundWhatEndedIsNotAndTotalsAddUp) {
  const Snapshot before = Snapshot::Take();
  const Census at_first = TakeCensus();
  std::vector<Task> anchors;
  for (int i = 0; i < 10; ++i) anchors.emplace_back("anchor");
  std::uint64_t others = anchors.size();
  std::uint64_t created = 0;
  std::uint64_t looks = 0;
  std::size_t heap_early = 0;
  std::size_t heap_late = 0;
  {
    Churn churn(4);
    const Clock::time_point start = Clock::now();
    const Clock::duration duration = Duration();
    Census last = TakeCensus();
    for (; Clock::now() - start < duration; ++looks) {
      { const Task ended("ended before the look"); }
      ++others;
      const LeakReport report = Look(before);
      ASSERT_EQ(CountNamed(report, "anchor"), anchors.size()) << report.ToText();
      ASSERT_EQ(CountNamed(report, "ended before the look"), 0U) << report.ToText();
      const Census census = TakeCensus();
      ASSERT_GE(census.tasks_born, last.tasks_born);
      ASSERT_GE(census.tasks_ended, last.tasks_ended);
      last = census;
      if (looks % 20 == 0) {
        ASSERT_NO_FATAL_FAILURE(LookInAChild());
      }
      // On a busy machine, the first look may come late.
      auto& heap = heap_early == 0 || Clock::now() - start < duration / 4 ? heap_early : heap_late;
      heap = std::max(heap, Heap());
    }
    churn.Stop();
    created = churn.tasks() + others;
    RecordProperty("threads", std::to_string(churn.threads()));
  }
  anchors.clear();
  const Census at_last = TakeCensus();
  EXPECT_EQ(at_last.tasks_born - at_first.tasks_born, created);
  EXPECT_EQ(at_last.tasks_ended - at_first.tasks_ended, created);
  EXPECT_EQ(at_last.tasks, at_first.tasks);
  const LeakReport left = FindLeaks(before);
  EXPECT_TRUE(left.empty()) << left.ToText();
  constexpr std::size_t kAllowed = 16 << 20;
  EXPECT_LE(heap_late, heap_early + kAllowed);
  RecordProperty("tasks", std::to_string(created));
  RecordProperty("looks", std::to_string(looks));
  RecordProperty("heap_early_kib", std::to_string(heap_early >> 10));
  RecordProperty("heap_late_kib", std::to_string(heap_late >> 10));
}

}  // namespace
}  // namespace taskleak
