// Threads that end slowly, or in a process that forks meanwhile.
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <list>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "linux/proc/thread_info.h"
#include "registry/birth_store.h"
#include "registry/thread_birth.h"
#include "support/leaks.h"
#include "support/sanitizer.h"
#include "taskleak/internal/thread_birth.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::NoWait;

struct Gate {
  std::latch reached{1};
  std::latch open{1};

  void Pass() {
    reached.count_down();
    open.wait();
  }
};

// Waits while the thread's own objects are destroyed.
struct SlowToEnd {
  Gate* gate = nullptr;

  ~SlowToEnd() {
    if (gate != nullptr) gate->Pass();
  }
};
thread_local SlowToEnd t_slow;

void* End(void* gate) {
  t_slow.gate = static_cast<Gate*>(gate);
  return nullptr;
}
void* EndByExit(void* gate) {
  t_slow.gate = static_cast<Gate*>(gate);
  pthread_exit(nullptr);
}
void* EndCancelled(void* gate) {
  t_slow.gate = static_cast<Gate*>(gate);
  pthread_cancel(pthread_self());
  pthread_testcancel();
  return nullptr;
}

class SlowEndTest : public ::testing::TestWithParam<void* (*)(void*)> {};

TEST_P(SlowEndTest, IsOneLiveThreadWithItsCreatorAndOneToJoinAfterwards) {
  Gate gate;
  const auto before = Snapshot::Take();
  pthread_t thread = 0;
  ASSERT_EQ(pthread_create(&thread, nullptr, GetParam(), &gate), 0);
  gate.reached.wait();
  const LeakReport slow = FindLeaks(before, NoWait());
  const std::size_t unjoined = registry::CountUnjoined();
  gate.open.count_down();
  ASSERT_EQ(slow.unit_count(), 1U) << slow.ToText();
  EXPECT_EQ(slow.groups[0].first().kind, UnitKind::kThread);
  EXPECT_FALSE(slow.groups[0].first().created_by.empty());
  EXPECT_EQ(unjoined, 0U);
  while (registry::CountUnjoined() == 0) std::this_thread::yield();
  EXPECT_EQ(FindLeaks(before, NoWait()).unit_count(), 1U);
  EXPECT_EQ(pthread_join(thread, nullptr), 0);
  EXPECT_TRUE(FindLeaks(before, NoWait()).empty());
}

INSTANTIATE_TEST_SUITE_P(HoweverItEnds, SlowEndTest,
                         ::testing::Values(End, EndByExit, EndCancelled));

TEST(SlowEndTest, ADetachedThreadIsAliveUntilItsOwnObjectsAreDestroyed) {
  // Never destroyed, since a detached thread may still use one when the program ends.
  static auto& gates = *new std::list<Gate>;
  Gate& gate = gates.emplace_back();
  const auto before = Snapshot::Take();
  std::thread([&gate] { t_slow.gate = &gate; }).detach();
  gate.reached.wait();
  const LeakReport slow = FindLeaks(before, NoWait());
  gate.open.count_down();
  ASSERT_EQ(slow.unit_count(), 1U) << slow.ToText();
  EXPECT_FALSE(slow.groups[0].first().created_by.empty());
  EXPECT_TRUE(FindLeaks(before).empty());
}

// Creates a thread on the given stack. Its handle is the same as that of the last thread on this
// stack.
pthread_t CreateOn(std::vector<char>& stack, decltype(&pthread_create) create,
                   void* (*routine)(void*), void* argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack.data(), stack.size());
  pthread_t thread = 0;
  EXPECT_EQ(create(&thread, &attributes, routine, argument), 0);
  pthread_attr_destroy(&attributes);
  return thread;
}

void* RunBirth(void* birth) {
  return internal::RunThread(static_cast<internal::ThreadBirth*>(birth));
}

// A serial is taken before the thread is created.
TEST(BirthTest, AThreadsHandleMayHaveBeenThatOfALaterBirth) {
  if (kUnderTsan) GTEST_SKIP() << "it must create each thread itself";
  const auto plain =
      reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  for (int (*const end)(pthread_t) : {static_cast<int (*)(pthread_t)>(pthread_detach),
                                      +[](pthread_t t) { return pthread_join(t, nullptr); }}) {
    static std::list<std::vector<char>> stacks;  // kept, since a detached thread may still use one
    std::vector<char>& stack = stacks.emplace_back(std::size_t{256} << 10);
    const auto stay = [](void* value) { return value; };
    internal::ThreadBirth* const earlier = internal::BeginBirth(stay, nullptr, nullptr);
    static std::atomic<int> tid{0};
    tid.store(0);
    const pthread_t later = CreateOn(
        stack, pthread_create,
        [](void* value) {
          tid.store(gettid());
          return value;
        },
        nullptr);
    pthread_detach(later);
    while (tid.load() == 0 || tgkill(getpid(), tid.load(), 0) == 0) std::this_thread::yield();
    const pthread_t thread = CreateOn(stack, plain, RunBirth, earlier);
    internal::FinishBirth(earlier, &thread);
    EXPECT_EQ(thread, later);
    EXPECT_EQ(end(thread), 0);
    while (!registry::RunningRecords().empty()) std::this_thread::yield();
    EXPECT_EQ(registry::CountUnjoined(), 0U);
  }
}

// The program may destroy the object that holds the handle as soon as the thread runs its code.
TEST(BirthTest, AThreadsRoutineWaitsWhileItsCreatorReadsTheHandle) {
  if (kUnderTsan) GTEST_SKIP() << "it must create each thread itself";
  const auto plain =
      reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  static std::atomic<bool> has_run{false};
  static std::atomic<int> tid{0};
  const auto run = [](void* value) {
    has_run.store(true);
    return value;
  };
  internal::ThreadBirth* const birth = internal::BeginBirth(run, nullptr, nullptr);
  birth->linking.Lock();
  pthread_t thread = 0;
  const auto start = [](void* value) {
    tid.store(gettid());
    return RunBirth(value);
  };
  const int error = plain(&thread, nullptr, start, birth);
  const auto is_waiting = [] {
    const auto at = platform::ReadBlockedAt(tid.load());
    return at && !at->running && at->number == SYS_futex;
  };
  while (error == 0 && !has_run.load() && (tid.load() == 0 || !is_waiting()))
    std::this_thread::yield();
  EXPECT_FALSE(has_run.load());
  birth->linking.Unlock();
  ASSERT_EQ(error, 0);
  internal::FinishBirth(birth, &thread);
  pthread_join(thread, nullptr);
  EXPECT_TRUE(has_run.load());
}

// Returns 0 if one thread can be created and joined, another can be detached, and none is left.
int UseThreadsInChild() {
  if (registry::CountUnjoined() != 0) return 2;
  if (!registry::FindUnjoined(0).empty() || registry::HasPendingBirths()) return 3;
  pthread_t thread = 0;
  if (pthread_create(
          &thread, nullptr, [](void* value) { return value; }, nullptr) != 0)
    return 4;
  while (registry::CountUnjoined() != 1) std::this_thread::yield();
  if (pthread_join(thread, nullptr) != 0 || registry::CountUnjoined() != 0) return 5;
  std::thread([] {}).detach();
  while (!registry::RunningRecords().empty()) std::this_thread::yield();
  return 0;
}

TEST(ForkTest, AChildHasNoneOfTheThreadsThatOthersAreCreatingMeanwhile) {
  if (kUnderTsan) GTEST_SKIP() << "it ends children that create threads";
  // AddressSanitizer does not free its own locks in the child (seen with that of GCC 12).
  if (kUnderAsan) GTEST_SKIP() << "children that create threads may wait for ever";
  std::atomic<bool> stop{false};
  std::vector<std::jthread> creators;
  for (int i = 0; i < 3; ++i) {
    creators.emplace_back([&stop] {
      while (!stop.load()) {
        std::thread([] {}).join();
        std::thread([] {}).detach();
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      alarm(30);  // ends one that waits for ever
      _exit(UseThreadsInChild());
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  stop.store(true);
}

}  // namespace
}  // namespace taskleak
