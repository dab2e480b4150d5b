#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/proc/thread_info.h"
#include "support/chain.h"
#include "support/leaks.h"
#include "support/libc_calls.h"
#include "support/parked_thread.h"
#include "support/repetitions.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using std::chrono::milliseconds;
using testing::BlockedThread;
using testing::Chain;
using ::testing::Contains;
using testing::Functions;
using testing::NoWait;
using testing::ParkedThread;
using testing::Repetitions;

[[gnu::noinline]] void WaitForTheSignalThatNeverComes(std::mutex& mutex,
                                                      std::condition_variable& condition,
                                                      const bool& stop) {
  std::unique_lock lock(mutex);
  condition.wait(lock, [&stop] { return stop; });
}

TEST(FindLeaksTest, NothingNewIsNoLeak) {
  const ParkedThread background;
  const auto before = Snapshot::Take();
  EXPECT_TRUE(FindLeaks(before).empty());
}

TEST(FindLeaksTest, AThreadThatStaysIsReportedWithItsStackAndWaitState) {
  std::mutex mutex;
  std::condition_variable condition;
  bool stop = false;
  const auto before = Snapshot::Take();
  const BlockedThread leaked(
      [&] {
        prctl(PR_SET_NAME, "waiter");
        WaitForTheSignalThatNeverComes(mutex, condition, stop);
      },
      [&] {
        const std::lock_guard lock(mutex);
        stop = true;
        condition.notify_all();
      });
  leaked.AwaitCall(SYS_futex);
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.groups.size(), 1U);
  ASSERT_EQ(report.unit_count(), 1U);
  const Unit& unit = report.groups[0].first();
  EXPECT_EQ(unit.kind, UnitKind::kThread);
  EXPECT_EQ(unit.id, leaked.tid());
  EXPECT_EQ(unit.name, "waiter");
  EXPECT_EQ(unit.state, WaitState::kCondvar);
  EXPECT_EQ(unit.stack_missing, "");
  EXPECT_THAT(Functions(unit.stack),
              Contains("taskleak::(anonymous namespace)::WaitForTheSignalThatNeverComes"));
}

TEST(FindLeaksTest, AThreadJoinedBeforeTheLookIsNoLeak) {
  const auto before = Snapshot::Take();
  for (int i = 0; i < Repetitions(200); ++i) {
    std::thread([] {}).join();
    const LeakReport report = FindLeaks(before, NoWait());
    ASSERT_TRUE(report.empty()) << "after join " << i << "\n" << report.ToText();
  }
}

// pthread_detach of glibc 2.36 reads the thread's descriptor after the thread may have freed it
// (nptl/pthread_detach.c), and crashes once in millions of threads that end at that moment.
void StartDetached() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread{};
  ASSERT_EQ(pthread_create(
                &thread, &attributes, [](void* none) { return none; }, nullptr),
            0);
  pthread_attr_destroy(&attributes);
}

TEST(FindLeaksTest, ThreadsThatDieDuringTheLooksAreNoLeaks) {
  constexpr int kThreads = 50;
  for (int i = 0; i < Repetitions(200); ++i) {
    const auto before = Snapshot::Take();
    for (int thread = 0; thread < kThreads; ++thread) StartDetached();
    const LeakReport report = FindLeaks(before);
    ASSERT_TRUE(report.empty()) << "repetition " << i << "\n" << report.ToText();
  }
}

TEST(FindLeaksTest, AStragglerThatEndsWithinTheDrainIsNoLeak) {
  const auto before = Snapshot::Take();
  std::thread straggler([] {
    timespec pause{
        .tv_sec = 0,
        .tv_nsec = 50'000'000};  // stands for work that takes a while, not for a notification
    nanosleep(&pause, nullptr);
  });
  EXPECT_TRUE(FindLeaks(before).empty());
  straggler.join();
}

TEST(FindLeaksTest, ThreadsAtOnePlaceAreOneGroup) {
  std::mutex mutex;
  std::condition_variable condition;
  bool stop = false;
  const auto before = Snapshot::Take();
  std::vector<std::unique_ptr<BlockedThread>> leaked;
  for (int i = 0; i < 20; ++i) {
    leaked.push_back(std::make_unique<BlockedThread>(
        [&] { WaitForTheSignalThatNeverComes(mutex, condition, stop); },
        [&] {
          const std::lock_guard lock(mutex);
          stop = true;
          condition.notify_all();
        }));
  }
  for (const auto& thread : leaked) thread->AwaitCall(SYS_futex);
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_EQ(report.unit_count(), 20U);
}

TEST(FindLeaksTest, FromAnotherThreadNeitherItNorTheMainThreadIsALeak) {
  LeakReport report;
  std::thread([&report] { report = FindLeaks(Snapshot(), NoWait()); }).join();
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) EXPECT_NE(unit.id, getpid());
  }
  EXPECT_EQ(report.unit_count(), 0U) << report.ToText();
}

TEST(FindLeaksTest, ARunningThreadIsReportedAsRunning) {
  const auto before = Snapshot::Take();
  std::atomic<bool> end{false};
  const BlockedThread busy(
      [&] {
        while (!end.load()) {
        }
      },
      [&] { end.store(true); });
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.unit_count(), 1U);
  EXPECT_EQ(report.groups[0].first().state, WaitState::kRunning);
  EXPECT_FALSE(report.groups[0].first().stack.empty()) << report.groups[0].first().stack_missing;
}

TEST(FindLeaksTest, WhatWasAdoptedIsNoLeak) {
  const auto before = Snapshot::Take();
  const ParkedThread own;
  AdoptCurrent();
  EXPECT_TRUE(FindLeaks(before, NoWait()).empty());
  const ParkedThread later;
  EXPECT_EQ(FindLeaks(before, NoWait()).unit_count(), 1U);
}

TEST(FindLeaksTest, SwitchedOffNothingIsLookedAt) {
  const auto before = Snapshot::Take();
  const ParkedThread leaked;
  Options options = NoWait();
  options.on_leak = OnLeak::kOff;
  EXPECT_TRUE(FindLeaks(before, options).empty());
}

// Returns true if `condition` holds in a child that is forked now.
bool HoldsInAForkedChild(const std::function<bool()>& condition) {
  const pid_t child = fork();
  if (child == 0) _exit(condition() ? 0 : 1);
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(FindLeaksTest, InAForkedChildTheParentsThreadsAreNoLeaks) {
  const ParkedThread background;
  const auto before = Snapshot::Take();
  EXPECT_TRUE(HoldsInAForkedChild([&] { return FindLeaks(before, NoWait()).empty(); }));
}

TEST(FindLeaksTest, InAForkedChildItsOwnLeakIsFound) {
  const auto before = Snapshot::Take();
  EXPECT_TRUE(HoldsInAForkedChild([&] {
    const ParkedThread leaked;
    return FindLeaks(before, NoWait()).unit_count() == 1;
  }));
}

TEST(FindLeaksTest, InAForkedChildItsMainThreadIsNoLeak) {
  const auto before = Snapshot::Take();
  EXPECT_TRUE(HoldsInAForkedChild([&] {
    bool clean = false;
    std::thread([&] { clean = FindLeaks(before, NoWait()).empty(); }).join();
    return clean;
  }));
}

// A process that traces a thread of this process. So the thread stays listed after its end.
class Tracer {
 public:
  explicit Tracer(int tid) {
    EXPECT_EQ(pipe(tells_.data()), 0);
    EXPECT_EQ(pipe(told_.data()), 0);
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);  // for systems that allow only parents to trace
    child_ = fork();
    if (child_ == 0) Trace(tid);
    EXPECT_GT(child_, 0);
    close(tells_[1]);
    close(told_[0]);
  }
  ~Tracer() {
    close(told_[1]);
    close(tells_[0]);
    waitpid(child_, nullptr, 0);
  }
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  // Waits until the child traces (the first time) or the thread has ended (the second time).
  // Returns false if that failed.
  bool AwaitNext() {
    char byte = 0;
    return read(tells_[0], &byte, 1) == 1;
  }

 private:
  [[noreturn]] void Trace(int tid) {
    close(told_[1]);
    if (ptrace(PTRACE_SEIZE, tid, nullptr, nullptr) != 0 || write(tells_[1], "t", 1) != 1) _exit(1);
    siginfo_t info;
    if (waitid(P_PID, static_cast<id_t>(tid), &info, WEXITED | WNOWAIT | __WALL) != 0 ||
        write(tells_[1], "e", 1) != 1)
      _exit(1);
    char byte = 0;
    _exit(read(told_[0], &byte, 1) == 0 ? 0 : 1);  // till the other end is closed
  }

  std::array<int, 2> tells_{-1, -1};
  std::array<int, 2> told_{-1, -1};
  pid_t child_ = -1;
};

TEST(FindLeaksTest, AThreadThatHasEndedButIsStillListedIsNotWaitedFor) {
  const auto before = Snapshot::Take();
  auto thread = std::make_unique<ParkedThread>();
  Tracer tracer(thread->tid());
  if (!tracer.AwaitNext()) GTEST_SKIP() << "no process may be traced here";
  thread.reset();
  ASSERT_TRUE(tracer.AwaitNext());
  Options options;
  options.drain = milliseconds(20'000);
  options.processes = false;  // the tracer
  const LeakReport report = FindLeaks(before, options);
  EXPECT_TRUE(report.empty()) << report.ToText();
  EXPECT_LT(report.waited, options.drain);
}

TEST(FindLeaksTest, AChainOfThreadsThatEachStartTheNextIsFoundByEveryLook) {
  const auto before = Snapshot::Take();
  const Chain chain;
  for (int i = 0; i < Repetitions(300); ++i) {
    const LeakReport report = FindLeaks(before, NoWait());
    ASSERT_GE(report.unit_count(), 1U) << "look " << i;
  }
}

// A look that finds the ignored one may have missed the chain.
TEST(FindLeaksTest, AChainOfThreadsBesideAnIgnoredThreadIsFoundByEveryLook) {
  const auto before = Snapshot::Take();
  const ParkedThread ignored;
  const Chain chain;
  Options options = NoWait();
  options.ignore.push_back(IgnoreAnyFunction("*ParkedThread*"));
  for (int i = 0; i < Repetitions(300); ++i) {
    for (const milliseconds drain : {milliseconds(0), milliseconds(2)}) {
      options.drain = options.drain_max = drain;
      const LeakReport report = FindLeaks(before, options);
      ASSERT_GE(report.unit_count(), 1U) << "look " << i << ": " << report.ToText();
    }
  }
}

TEST(FindLeaksTest, AChainOfThreadsIsFoundAfterADrain) {
  const auto before = Snapshot::Take();
  const Chain chain;
  Options options;
  options.drain = milliseconds(200);
  options.drain_max = milliseconds(500);
  EXPECT_GE(FindLeaks(before, options).unit_count(), 1U);
}

// An idle worker that ends by itself, and a wait that is not much longer than the drain.
TEST(FindLeaksTest, AThreadWhoseOwnTimeEndsWithTheDrainOrSoonAfterIsNoLeak) {
  Options options;
  options.drain = milliseconds(200);
  std::mutex mutex;
  std::condition_variable condition;
  using Wait = std::function<void(milliseconds)>;
  const Wait wait_for = [&](milliseconds time) {
    std::unique_lock lock(mutex);
    condition.wait_for(lock, time, [] { return false; });
  };
  const Wait sleep = [](milliseconds time) { std::this_thread::sleep_for(time); };
  const Wait poll = [](milliseconds time) { ::poll(nullptr, 0, static_cast<int>(time.count())); };
  for (const auto& [call, wait] : {std::pair<long, Wait>(SYS_futex, wait_for),
                                   {SYS_clock_nanosleep, sleep},
                                   {kCallOfPoll, poll}}) {
    for (const milliseconds time : {options.drain - milliseconds(2), options.drain,
                                    options.drain + milliseconds(2), options.drain * 5 / 4}) {
      const auto before = Snapshot::Take();
      const BlockedThread worker([&wait = wait, time] { wait(time); }, [] {});
      worker.AwaitCall(call);
      const LeakReport report = FindLeaks(before, options);
      EXPECT_TRUE(report.empty()) << time.count() << " ms in call " << call << '\n'
                                  << report.ToText();
    }
  }
}

TEST(FindLeaksTest, AThreadThatWakesNowAndThenOnlyToWaitAgainIsALeak) {
  const auto before = Snapshot::Take();
  std::atomic<bool> end{false};
  const BlockedThread ticker(
      [&end] {
        while (!end) std::this_thread::sleep_for(milliseconds(50));
      },
      [&end] { end = true; });
  Options options;
  options.drain = milliseconds(200);
  const LeakReport report = FindLeaks(before, options);
  EXPECT_EQ(report.unit_count(), 1U);
  EXPECT_LT(report.waited, options.drain_max);
}

// A thread that runs only libc's code may be about to begin or end, so it gets more time.
TEST(FindLeaksTest, TheReportSaysHowLongItReallyWaited) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  const auto before = Snapshot::Take();
  pthread_t thread{};
  // The function is the start routine itself, so the stack contains no code of this program.
  void* const address = dlsym(RTLD_DEFAULT, "sem_wait");
  void* (*wait)(void*) = nullptr;
  std::memcpy(&wait, &address, sizeof wait);
  ASSERT_EQ(pthread_create(&thread, nullptr, wait, &semaphore), 0);
  Options options;
  options.drain = milliseconds(10);
  options.drain_max = milliseconds(100);
  options.stillness = false;
  const auto begun = std::chrono::steady_clock::now();
  const LeakReport report = FindLeaks(before, options);
  EXPECT_EQ(report.unit_count(), 1U);
  EXPECT_GE(report.waited, options.drain_max);
  EXPECT_LE(report.waited, std::chrono::steady_clock::now() - begun);
  sem_post(&semaphore);
  pthread_join(thread, nullptr);
  sem_destroy(&semaphore);
}

TEST(FindLeaksTest, ABadOptionIsAnError) {
  Options options;
  options.suppressions = {"/nonexistent"};
  EXPECT_THROW(static_cast<void>(FindLeaks(Snapshot::Take(), options)), std::invalid_argument);
}

}  // namespace
}  // namespace taskleak
