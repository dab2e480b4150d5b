// Blocked threads in unusual places.
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "capture/code_by_hand.h"
#include "capture/watched_thread.h"
#include "linux/look/stack_reader.h"
#include "support/sanitizer.h"

namespace taskleak::capture {
namespace {

using platform::LookAtThread;
using platform::Missing;
using platform::ThreadLook;

TEST(BlockedThreadTest, ThatBlocksAllSignalsIsRead) {
  const Gate gate;
  const WatchedThread thread([&gate] {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    gate.Pass();
  });
  ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
  const ThreadLook look = LookAtThread(thread.tid());
  EXPECT_FALSE(look.at.running);
  EXPECT_EQ(Compare(look.stack, thread.callers()), "");
  gate.Open();
}

TEST(BlockedThreadTest, WithTheSmallestStackIsRead) {
  const Gate gate;
  const WatchedThread thread([&gate] { gate.Pass(); },
                             static_cast<std::size_t>(PTHREAD_STACK_MIN) + 16384);
  ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
  EXPECT_EQ(Compare(LookAtThread(thread.tid()).stack, thread.callers()), "");
  gate.Open();
}

__attribute__((noinline)) bool Recurse(int depth, const Gate& gate) {
  std::array<char, 2048> room;
  asm volatile("" : : "r"(room.data()) : "memory");
  const bool passed = depth == 0 ? gate.Pass() : Recurse(depth - 1, gate);
  asm volatile("");  // keeps this from being a tail call
  return passed;
}

TEST(BlockedThreadTest, DeepInItsStackIsReadWhole) {
  const Gate gate;
  const WatchedThread thread([&gate] { Recurse(300, gate); });
  ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
  const ThreadLook look = LookAtThread(thread.tid());
  EXPECT_GT(look.stack.frames.size(), 300U);
  EXPECT_EQ(Compare(look.stack, thread.callers()), "");
  gate.Open();
}

TEST(BlockedThreadTest, TooDeepInItsStackSaysSo) {
  const Gate gate;
  const WatchedThread thread([&gate] { Recurse(600, gate); });
  ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
  EXPECT_EQ(LookAtThread(thread.tid()).stack.missing.reason, Missing::Reason::kTooDeep);
  gate.Open();
}

const Gate* g_handler_gate = nullptr;

// Both on the thread's own stack and on a stack for handlers.
TEST(BlockedThreadTest, InASignalHandlerIsReadThroughToWhatWasInterrupted) {
  if (kUnderTsan)
    GTEST_SKIP() << "ThreadSanitizer keeps the signal until the thread makes a call that it knows";
  for (const bool own_stack : {false, true}) {
    const Gate gate;
    const Gate interrupted;
    g_handler_gate = &gate;
    struct sigaction action {};
    action.sa_handler = [](int) { g_handler_gate->Pass(); };
    action.sa_flags = SA_ONSTACK | SA_RESTART;
    // NOLINTNEXTLINE(clang-analyzer-core.StackAddressEscape): it is not used without a handler
    ASSERT_EQ(sigaction(SIGUSR2, &action, nullptr), 0);
    std::vector<char> handler_stack(65536);
    const WatchedThread thread([&] {
      stack_t stack{};
      stack.ss_sp = handler_stack.data();
      stack.ss_size = handler_stack.size();
      if (own_stack) sigaltstack(&stack, nullptr);
      interrupted.Pass();
      stack.ss_flags = SS_DISABLE;
      sigaltstack(&stack, nullptr);
    });
    ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
    const std::size_t without_handler = LookAtThread(thread.tid()).stack.frames.size();
    pthread_kill(thread.handle(), SIGUSR2);
    const bool in_handler = WaitFor([&] {
      const ThreadLook look = LookAtThread(thread.tid());
      return look.stack.frames.size() > without_handler && !look.at.running;
    });
    EXPECT_TRUE(in_handler);
    EXPECT_EQ(Compare(LookAtThread(thread.tid()).stack, thread.callers()), "");
    gate.Open();
    interrupted.Open();
  }
}

// Blocks with its own frame's saved frame pointer or return address replaced.
__attribute__((noinline)) void BlockDamaged(const Gate& gate, int word, std::uintptr_t value) {
  auto* const frame = static_cast<volatile std::uintptr_t*>(__builtin_frame_address(0));
  const std::uintptr_t before = frame[word];
  frame[word] = value;
  gate.Pass();
  frame[word] = before;
}

TEST(BlockedThreadTest, WithADamagedStackIsReadUpToTheDamage) {
  std::array<char, 64> no_code{};
  for (const int word : {0, 1}) {
    for (const std::uintptr_t value :
         {std::uintptr_t{1}, std::uintptr_t{0xdeadbeefdeadbeef}, UINTPTR_MAX - 7,
          reinterpret_cast<std::uintptr_t>(no_code.data())}) {
      const Gate gate;
      const WatchedThread thread([&] { BlockDamaged(gate, word, value); });
      ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
      const ThreadLook look = LookAtThread(thread.tid());
      EXPECT_FALSE(look.gone);
      EXPECT_GE(look.stack.frames.size(), 1U);
      if (word == 1) {
        EXPECT_FALSE(look.stack.missing.nothing()) << value;
      }
      gate.Open();
    }
  }
}

TEST(BlockedThreadTest, CalledByGeneratedCodeIsReadUpToThat) {
  const auto page_size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const page = mmap(nullptr, page_size, PROT_READ | PROT_WRITE | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  std::memcpy(page, kGeneratedCode.data(), kGeneratedCode.size());
  __builtin___clear_cache(static_cast<char*>(page), static_cast<char*>(page) + page_size);
  using Generated = void (*)(const Gate*, void (*)(const Gate*));
  const auto generated = reinterpret_cast<Generated>(page);
  const Gate gate;
  {
    const WatchedThread thread([&] { generated(&gate, [](const Gate* g) { g->Pass(); }); });
    ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
    const ThreadLook look = LookAtThread(thread.tid());
    EXPECT_EQ(look.stack.missing.reason, Missing::Reason::kNoRule);
    ASSERT_FALSE(look.stack.frames.empty());
    EXPECT_EQ(look.stack.frames.back().pc,
              reinterpret_cast<std::uintptr_t>(page) + kGeneratedReturn);
    gate.Open();
  }
  munmap(page, page_size);
}

}  // namespace
}  // namespace taskleak::capture
