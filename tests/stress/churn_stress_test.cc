// Looks while threads, tasks, coroutines, fibers and processes come and go. Units that stay are
// found each time, and units that have ended are never found. The totals add up, and memory does
// not grow.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "stress/churn.h"
#include "support/leaks.h"
#include "support/sanitizer.h"
#include "taskleak/census.h"
#include "taskleak/task.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::Anchors;
using testing::Churn;
using testing::Look;
using Clock = std::chrono::steady_clock;

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

std::size_t CountOf(const LeakReport& report, UnitKind kind, int id) {
  std::size_t count = 0;
  for (const LeakGroup& group : report.groups) {
    count += static_cast<std::size_t>(
        std::count_if(group.units.begin(), group.units.end(),
                      [&](const Unit& unit) { return unit.kind == kind && unit.id == id; }));
  }
  return count;
}

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

// Returns the bytes that the process has in memory (proc(5), statm). What threads have freed is
// given back first.
std::size_t Resident() {
  malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void ExpectAll(const LeakReport& report, const Anchors& anchors) {
  ASSERT_EQ(CountNamed(report, "anchor"), Anchors::kTasks) << report.ToText();
  ASSERT_EQ(CountNamed(report, testing::kAnchoredCoroutine), Anchors::kCoroutines)
      << report.ToText();
  ASSERT_EQ(CountOf(report, UnitKind::kThread, anchors.tid()), 1U) << report.ToText();
  ASSERT_EQ(CountOf(report, UnitKind::kProcess, anchors.process()), 1U) << report.ToText();
}

TEST(ChurnStressTest, WhatStaysIsFoundWhatEndedIsNotAndTotalsAddUp) {
  const Snapshot before = Snapshot::Take();
  const Census at_first = TakeCensus();
  std::uint64_t looks = 0;
  std::size_t early = 0;
  std::size_t late = 0;
  constexpr unsigned kWorkers = 4;
  Churn churn(kWorkers);
  {
    const Anchors anchors;
    const Clock::time_point start = Clock::now();
    const Clock::duration duration = Duration();
    Census last = TakeCensus();
    for (; Clock::now() - start < duration; ++looks) {
      { const Task ended("ended before the look"); }
      const LeakReport report = Look(before);
      ASSERT_NO_FATAL_FAILURE(ExpectAll(report, anchors));
      ASSERT_EQ(CountNamed(report, "ended before the look"), 0U) << report.ToText();
      const Census census = TakeCensus();
      ASSERT_GE(census.tasks_born, last.tasks_born);
      ASSERT_GE(census.tasks_ended, last.tasks_ended);
      ASSERT_GE(census.threads_born, last.threads_born);
      ASSERT_GE(census.threads_ended, last.threads_ended);
      last = census;
      if (looks % 20 == 0) {
        ASSERT_NO_FATAL_FAILURE(LookInAChild());
      }
      // On a busy machine, the first look may come late.
      auto& most = early == 0 || Clock::now() - start < duration / 4 ? early : late;
      most = std::max(most, Resident());
    }
    churn.Stop();
  }
  const Churn::Totals& totals = churn.totals();
  const Census at_last = TakeCensus();
  const std::uint64_t threads = totals.threads + kWorkers + 1;
  EXPECT_EQ(at_last.threads_born - at_first.threads_born, threads);
  EXPECT_EQ(at_last.threads_ended - at_first.threads_ended, threads);
  // A coroutine counts from its frame on, once looks have begun, and again if it is registered.
  const std::uint64_t tasks = totals.tasks + looks + Anchors::kTasks;
  const std::uint64_t born = at_last.tasks_born - at_first.tasks_born;
  EXPECT_GE(born, tasks + Anchors::kCoroutines);
  EXPECT_LE(born, tasks + Anchors::kCoroutines + totals.coroutines);
  EXPECT_EQ(at_last.tasks_ended - at_first.tasks_ended, born);
  EXPECT_EQ(at_last.tasks, at_first.tasks);
  const LeakReport left = FindLeaks(before);
  EXPECT_TRUE(left.empty()) << left.ToText();
  constexpr std::size_t kAllowed = 32 << 20;
  EXPECT_LE(late, early + kAllowed);
  RecordProperty("looks", std::to_string(looks));
  RecordProperty("tasks", std::to_string(tasks));
  RecordProperty("coroutines", std::to_string(totals.coroutines));
  RecordProperty("coroutines_counted", std::to_string(born - tasks));
  RecordProperty("threads", std::to_string(threads));
  RecordProperty("processes", std::to_string(totals.processes));
  RecordProperty("resident_early_kib", std::to_string(early >> 10));
  RecordProperty("resident_late_kib", std::to_string(late >> 10));
}

}  // namespace
}  // namespace taskleak
