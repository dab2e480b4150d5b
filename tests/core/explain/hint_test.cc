// Hints for threads that really leak.
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/hint.h"
#include "explain/inspect.h"
#include "linux/proc/thread_info.h"
#include "support/leaks.h"
#include "support/parked_thread.h"
#include "support/sanitizer.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using Kind = explain::Hint::Kind;
using testing::BlockedThread;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using testing::NoWait;

// Returns the only group that is left.
LeakGroup GroupSince(const Snapshot& before) {
  Options options = NoWait();
  const LeakReport report = FindLeaks(before, options);
  EXPECT_EQ(report.groups.size(), 1U) << report.ToText();
  return report.groups.empty() ? LeakGroup() : report.groups[0];
}

std::string HintOf(long call, const std::function<void()>& block,
                   const std::function<void()>& release) {
  const Snapshot before = Snapshot::Take();
  const BlockedThread thread(block, release);
  thread.AwaitCall(call);
  return GroupSince(before).hint;
}

// A flag that threads wait for with a condition variable.
class Gate {
 public:
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

TEST(HintTest, IdleWorkersOfOnePool) {
  const Snapshot before = Snapshot::Take();
  Gate gate;
  std::vector<std::unique_ptr<BlockedThread>> workers;
  for (int i = 0; i < 3; ++i) {
    workers.push_back(std::make_unique<BlockedThread>([&] { gate.Wait(); }, [&] { gate.Open(); }));
    workers.back()->AwaitCall(SYS_futex);
  }
  EXPECT_EQ(GroupSince(before).hint,
            "idle workers that share a condition variable: stop and join the pool before the test "
            "ends");
}

TEST(HintTest, WorkersThatWaitForDifferentThingsAreNoPool) {
  const Snapshot before = Snapshot::Take();
  std::array<Gate, 2> gates;
  const auto worker = [&](Gate& gate) {
    return std::make_unique<BlockedThread>([&] { gate.Wait(); }, [&] { gate.Open(); });
  };
  std::vector<std::unique_ptr<BlockedThread>> workers;
  for (Gate& gate : gates) workers.push_back(worker(gate));
  for (const auto& each : workers) each->AwaitCall(SYS_futex);
  EXPECT_THAT(GroupSince(before).hint, HasSubstr("tell them to stop, notify"));
}

constexpr std::string_view kWithOtherThreads =
    "tell it to stop, notify the condition variable, and join it";

TEST(HintTest, OnlyTheMainThreadIsLeftToNotify) {
  Gate gate;
  const std::string hint = HintOf(
      SYS_futex, [&] { gate.Wait(); }, [&] { gate.Open(); });
  if (kUnderTsan && hint == kWithOtherThreads)
    GTEST_SKIP() << "a thread of ThreadSanitizer's ran, so its stack was not known";
  EXPECT_EQ(hint,
            "only the main thread is left to notify it: tell it to stop, notify the condition "
            "variable, and join it");
}

TEST(HintTest, AnotherThreadMayStillNotify) {
  const testing::ParkedThread other;
  Gate gate;
  EXPECT_EQ(HintOf(
                SYS_futex, [&] { gate.Wait(); }, [&] { gate.Open(); }),
            kWithOtherThreads);
}

// Only a child process has the write end of the pipe.
TEST(HintTest, ReadOfAPipeWithoutAWriterInThisProcess) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  close(ends[1]);
  const Snapshot before = Snapshot::Take();
  const BlockedThread reader(
      [&] {
        char c = 0;
        EXPECT_EQ(read(ends[0], &c, 1), 0);
        close(ends[0]);
        waitpid(child, nullptr, 0);
      },
      [child] { kill(child, SIGKILL); });
  reader.AwaitCall(SYS_read);
  const LeakGroup group = GroupSince(before);
  EXPECT_EQ(group.first().detail,
            "descriptor " + std::to_string(ends[0]) + ", pipe with no write end in this process");
  EXPECT_THAT(group.hint, HasSubstr("only another process can still write to it"));
}

TEST(HintTest, AServerThatStillListens) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(listen(listener, 1), 0);
  EXPECT_EQ(HintOf(
                SYS_accept, [&] { accept(listener, nullptr, nullptr); },
                [&] { shutdown(listener, SHUT_RDWR); }),
            "stop the server before the test ends");
  close(listener);
}

std::string HintOfJthread(bool ask) {
  std::latch end(1);
  const Snapshot before = Snapshot::Take();
  std::atomic<int> tid{0};
  std::jthread thread([&](const std::stop_token&) {
    tid = gettid();
    end.wait();
    asm volatile("");  // keeps this from being a tail call
  });
  if (ask) thread.request_stop();
  for (;; std::this_thread::yield()) {
    const auto at = tid == 0 ? Error() : platform::ReadBlockedAt(tid);
    if (at && at->number == SYS_futex) break;
  }
  std::string hint = GroupSince(before).hint;
  end.count_down();
  return hint;
}

TEST(HintTest, AJthreadThatNobodyAskedToStop) {
  EXPECT_EQ(HintOfJthread(false),
            "this std::jthread was not asked to stop: destroy it or call request_stop()");
  EXPECT_THAT(HintOfJthread(true), Not(HasSubstr("request_stop")));
}

// The hint is the same if it waits for a condition variable and no other thread is left.
TEST(HintTest, SaysWhereItWasDetached) {
  struct Shared {
    Gate end;
    std::latch gone{1};
    std::atomic<int> tid{0};
  };
  const auto shared = std::make_shared<Shared>();
  const Snapshot before = Snapshot::Take();
  std::thread([shared] {
    shared->tid = gettid();
    shared->end.Wait();
    shared->gone.count_down();
  }).detach();
  for (;; std::this_thread::yield()) {
    const int tid = shared->tid;
    const auto at = tid == 0 ? Error() : platform::ReadBlockedAt(tid);
    if (at && at->number == SYS_futex) break;
  }
  EXPECT_THAT(GroupSince(before).hint,
              MatchesRegex("detached in .*SaysWhereItWasDetached.*TestBody "
                           "\\(.*hint_test.cc:[0-9]+\\): keep the thread and join it instead"));
  shared->end.Open();
  shared->gone.wait();
}

TEST(HintTest, AThreadOfWhatIsDoneOnce) {
  std::once_flag once;
  std::latch end(1);
  std::unique_ptr<BlockedThread> thread;
  const Snapshot before = Snapshot::Take();
  std::call_once(once, [&] {
    thread = std::make_unique<BlockedThread>([&] { end.wait(); }, [&] { end.count_down(); });
  });
  thread->AwaitCall(SYS_futex);
  EXPECT_THAT(GroupSince(before).hint, HasSubstr("created in a call_once: if it is meant to live"));
}

// std::async and promises run their function in a call_once of their own.
TEST(HintTest, AThreadOfWhatAFutureRunsIsNoSingletons) {
  for (const std::launch how : {std::launch::async, std::launch::deferred}) {
    std::latch end(1);
    std::unique_ptr<BlockedThread> thread;
    const Snapshot before = Snapshot::Take();
    std::async(how, [&] {
      thread = std::make_unique<BlockedThread>([&] { end.wait(); }, [&] { end.count_down(); });
    }).get();
    thread->AwaitCall(SYS_futex);
    EXPECT_THAT(GroupSince(before).hint, Not(HasSubstr("AdoptCurrent")));
  }
}

TEST(HintTest, AReaderOfStandardInput) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const int kept = dup(STDIN_FILENO);
  dup2(ends[0], STDIN_FILENO);
  const pid_t child = fork();  // another process has the write end
  if (child == 0) {
    for (;;) pause();
  }
  close(ends[1]);
  EXPECT_THAT(HintOf(
                  SYS_read,
                  [&] {
                    char c = 0;
                    EXPECT_EQ(read(STDIN_FILENO, &c, 1), 0);
                    waitpid(child, nullptr, 0);
                  },
                  [child] { kill(child, SIGKILL); }),
              HasSubstr("standard input may stay open for ever"));
  dup2(kept, STDIN_FILENO);
  close(kept);
  close(ends[0]);
}

TEST(HintTest, AThreadThatEndedUnjoined) {
  const Snapshot before = Snapshot::Take();
  std::thread thread([] {});
  Options options;
  LeakReport report = FindLeaks(before, options);
  while (report.groups.empty() || report.groups[0].first().kind !=
                                      UnitKind::kUnjoinedThread)  // otherwise it has not ended yet
    report = FindLeaks(before, options);
  EXPECT_EQ(report.groups[0].hint, "join or detach it");
  thread.join();
}

// Findings that are hard to produce with real threads.
struct MadeFinding {
  MadeFinding() {
    finding.stack = &nowhere;
    finding.created_by = &nowhere;
    finding.unit.id = 7;
  }
  [[nodiscard]] Kind hint() const {
    const explain::Finding* const one = &finding;
    return explain::FindHint(std::span(&one, 1), /*alone=*/false).kind;
  }
  void CreateBy(const std::vector<std::string>& functions, std::uintptr_t address) {
    std::vector<Frame> frames(functions.size());
    for (Frame& frame : frames) frame.address = address;
    nowhere = {Stack(std::move(frames)), functions};
  }
  symbolize::ResolvedStack nowhere;
  explain::Finding finding;
};

void InThisProgram() {}

TEST(HintTest, ThreadsOfStaticInitializationArePartOfTheProcess) {
  for (const char* const function :
       {"_GLOBAL__sub_I_logger.cc", "__static_initialization_and_destruction_0",
        "__cxx_global_var_init.1"}) {
    MadeFinding made;
    made.CreateBy({"Logger::Start", function, "call_init"},
                  reinterpret_cast<std::uintptr_t>(&InThisProgram));
    EXPECT_EQ(made.hint(), Kind::kSingleton) << function;
  }
}

TEST(HintTest, StaticObjectsOfAPluginEndWithIt) {
  MadeFinding made;
  constexpr std::uintptr_t kLoadedLater = 16;  // not in a module that was loaded at the start
  made.CreateBy({"Sampler::Start", "_GLOBAL__sub_I_plugin.cc", "call_init"}, kLoadedLater);
  EXPECT_EQ(made.hint(), Kind::kPlugin);
}

TEST(HintTest, WhatALibraryDoesOnceIsNoSingleton) {
  MadeFinding made;
  made.CreateBy({"Start", "std::call_once", "boost::asio::detail::Init"},
                reinterpret_cast<std::uintptr_t>(&InThisProgram));
  EXPECT_EQ(made.hint(), Kind::kWait);
}

TEST(HintTest, AThreadThatJoinsItself) {
  MadeFinding made;
  made.finding.unit.state = WaitState::kJoin;
  made.finding.unit.held_by = Holder{7, "", false, WaitState::kJoin, {}};
  EXPECT_EQ(made.hint(), Kind::kJoinsItself);
}

}  // namespace
}  // namespace taskleak
