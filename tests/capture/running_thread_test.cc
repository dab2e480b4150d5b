// Threads that run are stopped for a moment, or asked for their stack by a signal.
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "capture/watched_thread.h"
#include "linux/look/signal_look.h"
#include "linux/look/stack_reader.h"
#include "linux/look/tracer_look.h"
#include "registry/thread_birth.h"
#include "support/sanitizer.h"
#include "taskleak/internal/mappings.h"

namespace taskleak::capture {
namespace {

using platform::LookAtThread;
using platform::Missing;
using platform::ThreadLook;

// Uses the processor until it is destroyed.
class Spinner {
 public:
  explicit Spinner(std::size_t stack_size = 0)
      : thread_(
            [this] {
              while (!end_.load(std::memory_order_relaxed))
                rounds_.fetch_add(1, std::memory_order_relaxed);
            },
            stack_size) {
    while (rounds_ == 0) std::this_thread::yield();
  }
  ~Spinner() { end_ = true; }
  [[nodiscard]] const WatchedThread& thread() const { return thread_; }

 private:
  std::atomic<bool> end_{false};
  std::atomic<std::uint64_t> rounds_{0};
  WatchedThread thread_;
};

sigset_t OnlySigurg() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGURG);
  return set;
}

struct sigaction CurrentAction() {
  struct sigaction action {};
  sigaction(SIGURG, nullptr, &action);
  return action;
}

ThreadLook LookBySignal(int tid) {
  platform::StackImage image;
  return platform::LookBySignal(tid, {}, registry::FindStack, image);
}

// Returns false in a sandbox, under a debugger, or if only parents may trace.
bool MayTrace() {
  const Spinner spinner;
  platform::StackImage image;
  return platform::LookByTracer(spinner.thread().tid(), image).has_value();
}

TEST(RunningThreadTest, IsReadWhole) {
  const Spinner spinner;
  for (int i = 0; i < 200; ++i) {
    const ThreadLook look =
        LookAtThread(spinner.thread().tid(), platform::Signals::kAllowed, registry::FindStack);
    ASSERT_FALSE(look.gone);
    ASSERT_TRUE(look.at.running);
    ASSERT_EQ(Compare(look.stack, spinner.thread().callers()), "");
  }
  EXPECT_EQ(CurrentAction().sa_handler, SIG_DFL);
}

bool IsInVdso(std::uintptr_t pc) {
  const std::string maps = internal::ReadMaps();
  const auto mappings = internal::ParseMaps(maps);
  return std::ranges::any_of(mappings, [pc](const internal::Mapping& each) {
    return each.path == "[vdso]" && each.begin <= pc && pc < each.end;
  });
}

// The kernel's code that libc calls for the time may have no call frame information. Where it has
// something on the stack, what is above may only be guessed then.
TEST(RunningThreadTest, InTheVdsoIsReadWholeOrNotTakenForSure) {
  std::atomic<bool> end{false};
  const WatchedThread thread([&end] {
    timespec now{};
    while (!end.load(std::memory_order_relaxed)) clock_gettime(CLOCK_MONOTONIC, &now);
  });
  int wrong = 0;
  const bool found = WaitFor([&] {
    const ThreadLook look =
        LookAtThread(thread.tid(), platform::Signals::kAllowed, registry::FindStack);
    const auto& frames = look.stack.frames;
    if (frames.empty() || !IsInVdso(frames.front().pc)) return false;
    const bool whole = Compare(look.stack, thread.callers()).empty();
    wrong += !whole && frames.size() > 1 && !frames.back().guessed ? 1 : 0;
    return whole;
  });
  end = true;
  EXPECT_TRUE(found);
  EXPECT_EQ(wrong, 0);
}

TEST(RunningThreadTest, ThatBlocksAllSignalsIsReadWholeByATracer) {
  if (!MayTrace()) GTEST_SKIP() << "ptrace is not permitted";
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const Spinner spinner;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(Compare(LookAtThread(spinner.thread().tid()).stack, spinner.thread().callers()), "");
}

TEST(RunningThreadTest, WithTheSmallestStackIsReadWholeByATracer) {
  if (!MayTrace()) GTEST_SKIP() << "ptrace is not permitted";
  const Spinner spinner(static_cast<std::size_t>(PTHREAD_STACK_MIN) + 16384);
  EXPECT_EQ(Compare(LookAtThread(spinner.thread().tid()).stack, spinner.thread().callers()), "");
}

// A stack in the middle of an array. The lower part of the array belongs to another thread.
class CarvedStack {
 public:
  CarvedStack() { memory_.fill(kPattern); }
  [[nodiscard]] unsigned char* begin() { return memory_.data() + kBelow; }
  [[nodiscard]] static constexpr std::size_t size() { return kSize; }
  [[nodiscard]] bool IsUntouchedBelow() const {
    return std::all_of(memory_.begin(), memory_.begin() + kBelow,
                       [](unsigned char byte) { return byte == kPattern; });
  }

 private:
  static constexpr unsigned char kPattern = 0x5A;
  static constexpr std::size_t kBelow = std::size_t{64} << 10;
  static constexpr std::size_t kSize = std::size_t{128} << 10;  // aarch64's least
  alignas(4096) std::array<unsigned char, kBelow + kSize> memory_{};
};

// Runs to within a few hundred bytes of the end of its stack, and stays there until it is ended.
struct SpinAtTheEnd {
  unsigned char* end_of_stack = nullptr;
  std::atomic<bool> running{false};
  std::atomic<bool> end{false};

  __attribute__((noinline, no_sanitize("address", "thread"))) void Run() {
    constexpr std::ptrdiff_t kRoom = 2000;
    auto* const here = static_cast<unsigned char*>(__builtin_frame_address(0));
    auto* const used = static_cast<unsigned char*>(
        __builtin_alloca(static_cast<std::size_t>(here - end_of_stack - kRoom)));
    used[0] = 1;
    asm volatile("" : : "r"(used) : "memory");
    running.store(true);
    while (!end.load()) {
    }
  }
};

void LookOften(int tid) {
  for (int i = 0; i < 20; ++i) {
    LookAtThread(tid, platform::Signals::kAllowed, registry::FindStack);
    LookBySignal(tid);
  }
}

TEST(RunningThreadTest, NothingIsWrittenBelowAStackInAnArray) {
  if (kUnderAsan || kUnderTsan) GTEST_SKIP() << "sanitizers use more stack";
  static CarvedStack stack;
  static SpinAtTheEnd spin;
  spin.end_of_stack = stack.begin();
  static std::atomic<int> tid{0};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstack(&attributes, stack.begin(), CarvedStack::size()), 0);
  pthread_t thread{};
  const auto run = [](void*) -> void* {
    tid = gettid();
    spin.Run();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, nullptr), 0);
  ASSERT_TRUE(WaitFor([] { return spin.running.load(); }));
  LookOften(tid);
  EXPECT_TRUE(stack.IsUntouchedBelow());
  EXPECT_EQ(LookBySignal(tid).stack.missing.reason, Missing::Reason::kMayBeFull);
  const bool may_trace = MayTrace();
  EXPECT_NE(LookAtThread(tid).stack.frames.empty(), may_trace);
  spin.end = true;
  pthread_join(thread, nullptr);
}

// The bounds of its stack are not known, so only a tracer may read it.
TEST(RunningThreadTest, NothingIsWrittenBelowTheStackOfAContext) {
  if (kUnderAsan || kUnderTsan) GTEST_SKIP() << "sanitizers need to know of other stacks";
  if (!MayTrace()) GTEST_SKIP() << "ptrace is not permitted";
  static CarvedStack stack;
  static SpinAtTheEnd spin;
  spin.end_of_stack = stack.begin();
  static ucontext_t back;
  WatchedThread thread([] {
    static ucontext_t context;
    getcontext(&context);
    context.uc_stack.ss_sp = stack.begin();
    context.uc_stack.ss_size = CarvedStack::size();
    context.uc_link = &back;
    makecontext(
        &context, +[] { spin.Run(); }, 0);
    swapcontext(&back, &context);
  });
  ASSERT_TRUE(WaitFor([] { return spin.running.load(); }));
  for (int i = 0; i < 20; ++i) {
    const ThreadLook look =
        LookAtThread(thread.tid(), platform::Signals::kAllowed, registry::FindStack);
    EXPECT_FALSE(look.stack.frames.empty()) << report::MissingText(look.stack.missing);
  }
  EXPECT_TRUE(stack.IsUntouchedBelow());
  spin.end = true;
}

// A signal that was on its way to the thread when the thread was stopped is passed on.
TEST(RunningThreadTest, NoSignalIsLost) {
  if (kUnderTsan) GTEST_SKIP() << "ThreadSanitizer keeps one of several signals that wait";
  static std::atomic<int> taken{0};
  struct sigaction action {};
  action.sa_handler = [](int) { ++taken; };
  ASSERT_EQ(sigaction(SIGRTMIN, &action, nullptr), 0);
  const Spinner spinner;
  constexpr int kSignals = 500;
  std::thread sender([&spinner] {
    for (int i = 0; i < kSignals; ++i) {
      pthread_kill(spinner.thread().handle(), SIGRTMIN);
      while (taken <= i - 10) std::this_thread::yield();
    }
  });
  while (taken < kSignals - 10) LookAtThread(spinner.thread().tid());
  sender.join();
  EXPECT_TRUE(WaitFor([] { return taken == kSignals; })) << taken;
  signal(SIGRTMIN, SIG_DFL);
}

TEST(RunningThreadTest, IsReadWholeByASignal) {
  const Spinner spinner;
  const ThreadLook look = LookBySignal(spinner.thread().tid());
  EXPECT_TRUE(look.at.running);
  EXPECT_EQ(Compare(look.stack, spinner.thread().callers()), "");
  EXPECT_EQ(CurrentAction().sa_handler, SIG_DFL);
}

TEST(RunningThreadTest, WhoseStackNobodyKnowsIsNotSentASignal) {
  const Spinner spinner;
  platform::StackImage image;
  const ThreadLook look = platform::LookBySignal(spinner.thread().tid(), {},
                                                 /*find_stack=*/nullptr, image);
  EXPECT_TRUE(look.stack.frames.empty());
  EXPECT_EQ(look.stack.missing.reason, Missing::Reason::kUnknownBounds);
  EXPECT_EQ(look.stack.missing.not_blocked.reason, platform::NotBlocked::Reason::kRunning);
}

TEST(RunningThreadTest, ThatBlocksTheSignalIsReportedWithTheReason) {
  const sigset_t set = OnlySigurg();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const Spinner spinner;
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  const ThreadLook look = LookBySignal(spinner.thread().tid());
  EXPECT_TRUE(look.at.running);
  EXPECT_TRUE(look.stack.frames.empty());
  EXPECT_EQ(look.stack.missing.reason, Missing::Reason::kBlocksSignal);
}

TEST(RunningThreadTest, WithASmallStackIsNotSentASignal) {
  if (kUnderTsan) GTEST_SKIP() << "ThreadSanitizer makes stacks larger";
  const auto least = static_cast<std::size_t>(PTHREAD_STACK_MIN);
  if (least > (std::size_t{64} << 10)) GTEST_SKIP() << "the smallest stack has room for a handler";
  const Spinner spinner(least + 16384);
  const ThreadLook look = LookBySignal(spinner.thread().tid());
  EXPECT_TRUE(look.stack.frames.empty());
  EXPECT_EQ(look.stack.missing.reason, Missing::Reason::kSmallStack);
}

// Waits for a child made with CLONE_VFORK: it takes no signals meanwhile (kernel/fork.c,
// wait_for_vfork_done).
class DeafThread {
 public:
  DeafThread()
      : thread_([this] {
          const long child = syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
          if (child == 0) syscall(SYS_exit_group, gate_.Pass() ? 0 : 1);
          waitpid(static_cast<pid_t>(child), nullptr, 0);
        }) {}
  bool WaitUntilDeaf() { return thread_.WaitUntilIn(SYS_clone); }
  void End() {
    gate_.Open();
    thread_.Join();
  }
  [[nodiscard]] int tid() const { return thread_.tid(); }

 private:
  Gate gate_;
  WatchedThread thread_;
};

TEST(RunningThreadTest, ALateAnswerFindsItsRequestWithdrawn) {
  DeafThread deaf;
  ASSERT_TRUE(deaf.WaitUntilDeaf());
  const ThreadLook look = LookBySignal(deaf.tid());
  EXPECT_EQ(look.stack.missing.reason, Missing::Reason::kNoAnswer);
  EXPECT_NE(CurrentAction().sa_handler, SIG_DFL) << "the signal is still to come";
  {
    // A request by another thread in the meantime.
    const Spinner spinner;
    EXPECT_EQ(Compare(LookBySignal(spinner.thread().tid()).stack, spinner.thread().callers()), "");
  }
  deaf.End();
  const Spinner spinner;
  EXPECT_EQ(Compare(LookBySignal(spinner.thread().tid()).stack, spinner.thread().callers()), "");
  EXPECT_EQ(CurrentAction().sa_handler, SIG_DFL);
}

std::atomic<int> g_own_signals{0};

TEST(RunningThreadTest, AHandlerOfTheProgramGetsItsOwnSignalsAndNoOthers) {
  struct sigaction action {};
  action.sa_handler = [](int) { ++g_own_signals; };
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGURG, &action, &before), 0);
  const Spinner spinner;
  const auto signals_that_arrive = [&spinner] {
    pthread_kill(spinner.thread().handle(), SIGURG);
    WaitFor([] { return g_own_signals != 0; });
    return g_own_signals.exchange(0);
  };
  LookBySignal(spinner.thread().tid());
  EXPECT_EQ(g_own_signals, 0);
  EXPECT_EQ(CurrentAction().sa_handler, action.sa_handler);
  EXPECT_EQ(signals_that_arrive(), 1) << "the handler is back";
  DeafThread deaf;
  ASSERT_TRUE(deaf.WaitUntilDeaf());
  LookBySignal(deaf.tid());
  EXPECT_NE(CurrentAction().sa_handler, action.sa_handler) << "a signal is still to come";
  EXPECT_EQ(signals_that_arrive(), 1) << "it is passed on";
  deaf.End();
  EXPECT_EQ(g_own_signals, 0);
  LookBySignal(spinner.thread().tid());
  EXPECT_EQ(CurrentAction().sa_handler, action.sa_handler);
  sigaction(SIGURG, &before, nullptr);
}

TEST(RunningThreadTest, ThatHasEndedIsGone) {
  WatchedThread thread([] {});
  const int tid = thread.tid();
  thread.Join();
  ASSERT_TRUE(WaitFor([tid] { return LookAtThread(tid).gone; }));
  EXPECT_TRUE(LookBySignal(tid).gone);
}

}  // namespace
}  // namespace taskleak::capture
