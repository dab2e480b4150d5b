// Births, origins and unjoined threads, through the real hooks.
#include <pthread.h>
#include <sys/syscall.h>
#include <threads.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/origin.h"
#include "registry/thread_birth.h"
#include "support/leaks.h"
#include "support/parked_thread.h"
#include "support/sanitizer.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using ::testing::Contains;
using testing::Functions;
using ::testing::HasSubstr;
using testing::NoWait;

constexpr char kHere[] = "taskleak::(anonymous namespace)::";

// Returns the report of threads that `create` makes. They are released afterwards.
template <typename Create>
LeakReport ReportOf(Create create) {
  std::latch latch(1);
  const auto before = Snapshot::Take();
  auto thread = create(latch);
  LeakReport report = FindLeaks(before, NoWait());
  latch.count_down();
  return report;
}

[[gnu::noinline]] std::jthread CreateStdThread(std::latch& latch) {
  return std::jthread([&latch] { latch.wait(); });
}
[[gnu::noinline]] std::future<void> CreateAsync(std::latch& latch) {
  return std::async(std::launch::async, [&latch] { latch.wait(); });
}

TEST(HooksTest, AThreadCarriesTheStackThatCreatedIt) {
  const LeakReport report = ReportOf(CreateStdThread);
  ASSERT_EQ(report.unit_count(), 1U);
  const Stack& creator = report.groups[0].first().created_by;
  EXPECT_THAT(Functions(creator), Contains(std::string(kHere) + "CreateStdThread"));
  EXPECT_THAT(Functions(creator),
              Contains(HasSubstr("AThreadCarriesTheStackThatCreatedIt_Test::TestBody")));
  EXPECT_THAT(Functions(creator), ::testing::Not(Contains("pthread_create")));
}

TEST(HooksTest, SoDoesOneOfStdAsync) {
  const LeakReport report = ReportOf(CreateAsync);
  ASSERT_EQ(report.unit_count(), 1U);
  EXPECT_THAT(Functions(report.groups[0].first().created_by),
              Contains(std::string(kHere) + "CreateAsync"));
}

TEST(HooksTest, IgnoringByCreatorSilencesIt) {
  std::latch latch(1);
  const auto before = Snapshot::Take();
  const std::jthread thread = CreateStdThread(latch);
  Options options = NoWait();
  options.ignore = {IgnoreCreatedBy(std::string(kHere) + "CreateStdThread")};
  EXPECT_TRUE(FindLeaks(before, options).empty());
  options.ignore = {IgnoreCreatedBy(std::string(kHere) + "CreateAsync")};
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 1U);
  latch.count_down();
}

TEST(HooksTest, TheOriginIsInheritedThroughThreads) {
  registry::OpenScope("First.Test", registry::ScopeKind::kFrame);
  std::latch latch(1);
  const auto before = Snapshot::Take();
  std::jthread grandchild;
  std::atomic<bool> go{false};
  std::jthread child([&] {
    go.wait(false);
    grandchild = std::jthread([&latch] { latch.wait(); });
  });
  registry::OpenScope("Second.Test", registry::ScopeKind::kFrame);
  go.store(true);
  go.notify_all();
  child.join();
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.unit_count(), 1U);
  EXPECT_EQ(report.groups[0].first().origin, "First.Test");
  latch.count_down();
}

// Waits until `count` threads that are new since `before` are asleep.
void AwaitBlocked(const Snapshot& before, std::size_t count) {
  for (std::size_t asleep = 0; asleep != count;) {
    asleep = 0;
    for (const LeakGroup& group : FindLeaks(before, NoWait()).groups) {
      for (const Unit& unit : group.units) asleep += unit.state == WaitState::kAtomicWait ? 1 : 0;
    }
  }
}

TEST(HooksTest, WorkersOfOneCreatorAreOneGroupWhereverTheyStand) {
  std::latch latch(1);
  std::atomic<int> word{0};
  const auto before = Snapshot::Take();
  std::vector<std::jthread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&, i] { i < 3 ? latch.wait() : word.wait(0); });
  }
  AwaitBlocked(before, 4);
  const LeakReport report = FindLeaks(before, NoWait());
  latch.count_down();
  word.store(1);
  word.notify_all();
  ASSERT_EQ(report.groups.size(), 1U) << report.ToText();
  EXPECT_EQ(report.unit_count(), 4U);
}

void* Return(void* value) { return value; }

LeakReport Unjoined(const Snapshot& before) {
  // The thread has ended when only the threads from before are left.
  for (;;) {
    LeakReport report = FindLeaks(before, NoWait());
    bool only_unjoined = true;
    for (const LeakGroup& group : report.groups)
      only_unjoined = only_unjoined && group.first().kind == UnitKind::kUnjoinedThread;
    if (only_unjoined) return report;
    std::this_thread::yield();
  }
}

[[gnu::noinline]] pthread_t CreateReturning() {
  pthread_t thread = 0;
  EXPECT_EQ(pthread_create(&thread, nullptr, Return, nullptr), 0);
  return thread;
}

TEST(HooksTest, AThreadThatEndedAndWasNotJoinedIsALeak) {
  const auto before = Snapshot::Take();
  const pthread_t thread = CreateReturning();
  const LeakReport report = Unjoined(before);
  ASSERT_EQ(report.unit_count(), 1U);
  const Unit& unit = report.groups[0].first();
  EXPECT_EQ(unit.kind, UnitKind::kUnjoinedThread);
  EXPECT_THAT(Functions(unit.created_by), Contains(std::string(kHere) + "CreateReturning"));
  EXPECT_THAT(unit.detail, HasSubstr("started in taskleak::(anonymous namespace)::Return(void*)"));
  pthread_join(thread, nullptr);
  EXPECT_TRUE(FindLeaks(before, NoWait()).empty());
}

TEST(HooksTest, EveryWayToJoinOrDetachEndsTheMatter) {
  const auto before = Snapshot::Take();
  const timespec far{.tv_sec = 1L << 40, .tv_nsec = 0};
  std::vector<std::function<int(pthread_t)>> ways = {
      [](pthread_t t) { return pthread_join(t, nullptr); },
      [](pthread_t t) { return pthread_detach(t); },
      [](pthread_t t) {
        int result = EBUSY;
        while (result == EBUSY) result = pthread_tryjoin_np(t, nullptr);
        return result;
      },
      [&](pthread_t t) { return pthread_timedjoin_np(t, nullptr, &far); },
  };
  // ThreadSanitizer does not know this call, so it would think that the thread still exists.
  if (!kUnderTsan) {
    ways.emplace_back(
        [&](pthread_t t) { return pthread_clockjoin_np(t, nullptr, CLOCK_MONOTONIC, &far); });
  }
  for (const auto& way : ways) {
    const pthread_t thread = CreateReturning();
    EXPECT_EQ(Unjoined(before).unit_count(), 1U);
    EXPECT_EQ(way(thread), 0);
    EXPECT_TRUE(FindLeaks(before, NoWait()).empty());
  }
}

TEST(HooksTest, ADetachedThreadNeedsNoJoin) {
  const auto before = Snapshot::Take();
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread = 0;
  ASSERT_EQ(pthread_create(&thread, &attributes, Return, nullptr), 0);
  pthread_attr_destroy(&attributes);
  EXPECT_TRUE(Unjoined(before).empty());
}

TEST(HooksTest, ALateJoinWithinTheDrainIsFine) {
  const auto before = Snapshot::Take();
  const pthread_t thread = CreateReturning();
  std::thread([thread] { pthread_join(thread, nullptr); }).detach();
  EXPECT_TRUE(FindLeaks(before).empty());
}

TEST(HooksTest, ExitAndCancellationAreEndsToo) {
  const auto before = Snapshot::Take();
  pthread_t exits = 0;
  pthread_create(
      &exits, nullptr, [](void*) -> void* { pthread_exit(nullptr); }, nullptr);
  pthread_t cancelled = 0;
  pthread_create(
      &cancelled, nullptr,
      [](void*) -> void* {
        // ThreadSanitizer counts wrongly if a thread is cancelled inside a call that it intercepts.
        for (;;) pthread_testcancel();
      },
      nullptr);
  pthread_cancel(cancelled);
  EXPECT_EQ(Unjoined(before).unit_count(), 2U);
  pthread_join(exits, nullptr);
  void* value = nullptr;
  pthread_join(cancelled, &value);
  EXPECT_EQ(value, PTHREAD_CANCELED);
  EXPECT_TRUE(FindLeaks(before, NoWait()).empty());
}

TEST(HooksTest, C11ThreadsAreRecordedAndReturnTheirValue) {
  const auto before = Snapshot::Take();
  thrd_t thread = 0;
  ASSERT_EQ(thrd_create(
                &thread, [](void*) { return 42; }, nullptr),
            thrd_success);
  EXPECT_EQ(Unjoined(before).unit_count(), 1U);
  int value = 0;
  EXPECT_EQ(thrd_join(thread, &value), thrd_success);
  EXPECT_EQ(value, 42);
  EXPECT_TRUE(FindLeaks(before, NoWait()).empty());
}

TEST(HooksTest, ThreadsThatAreCreatedDetachedKeepTheirCreator) {
  static std::latch latch(1);
  const auto before = Snapshot::Take();
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  const auto wait = [](void*) -> void* {
    latch.wait();
    return nullptr;
  };
  pthread_t thread = 0;
  for (int i = 0; i < 40; ++i) ASSERT_EQ(pthread_create(&thread, &attributes, wait, nullptr), 0);
  pthread_attr_destroy(&attributes);
  const LeakReport report = FindLeaks(before, NoWait());
  latch.count_down();
  std::size_t with_creator = 0;
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) with_creator += unit.created_by.empty() ? 0 : 1;
  }
  EXPECT_EQ(with_creator, 40U) << report.ToText();
}

TEST(HooksTest, AThreadInADestructorOfItsDataIsOneUnitWithItsCreator) {
  static std::latch entered(1);
  static std::latch latch(1);
  static pthread_key_t key;
  ASSERT_EQ(pthread_key_create(&key,
                               [](void*) {
                                 entered.count_down();
                                 latch.wait();
                               }),
            0);
  const auto before = Snapshot::Take();
  pthread_t thread = 0;
  pthread_create(
      &thread, nullptr,
      [](void*) -> void* {
        pthread_setspecific(key, &key);
        return nullptr;
      },
      nullptr);
  entered.wait();
  const LeakReport report = FindLeaks(before, NoWait());
  latch.count_down();
  ASSERT_EQ(report.unit_count(), 1U) << report.ToText();
  EXPECT_EQ(report.groups[0].first().kind, UnitKind::kThread);
  EXPECT_FALSE(report.groups[0].first().created_by.empty());
  EXPECT_EQ(Unjoined(before).unit_count(), 1U);
  pthread_join(thread, nullptr);
  pthread_key_delete(key);
}

TEST(HooksTest, WhatTheProgramSeesIsUnchanged) {
  pthread_t thread = 0;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{1} << 46);  // more memory than there is
  EXPECT_EQ(pthread_create(&thread, &attributes, Return, nullptr), EAGAIN);
  pthread_attr_destroy(&attributes);
  int value = 0;
  void* joined = nullptr;
  errno = 77;
  ASSERT_EQ(pthread_create(&thread, nullptr, Return, &value), 0);
  EXPECT_EQ(errno, 77);
  EXPECT_EQ(pthread_join(thread, &joined), 0);
  EXPECT_EQ(joined, &value);
}

TEST(HooksTest, NothingIsKeptOfThreadsThatAreGone) {
  for (int i = 0; i < 2000; ++i) std::thread([] {}).join();
  EXPECT_LT(registry::RunningThreads().size(), 4U);
  EXPECT_EQ(registry::CountUnjoined(), 0U);
}

TEST(HooksTest, ReportedWhileAliveAndAdoptedIsNotReportedAgainWhenItEnds) {
  const auto before = Snapshot::Take();
  const pthread_t thread = CreateReturning();
  ASSERT_EQ(Unjoined(before).unit_count(), 1U);
  AdoptCurrent();
  EXPECT_TRUE(FindLeaks(before, NoWait()).empty());
  pthread_join(thread, nullptr);
}

}  // namespace
}  // namespace taskleak
