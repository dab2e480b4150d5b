// Threads that wake, block and end while they are looked at.
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "capture/watched_thread.h"
#include "linux/look/stack_reader.h"
#include "linux/modules/modules.h"
#include "linux/unwind/code_facts.h"
#include "registry/thread_birth.h"
#include "support/repetitions.h"

namespace taskleak::capture {
namespace {

using platform::LookAtThread;
using platform::RawFrame;
using platform::ThreadLook;

// Returns the number of looks. TASKLEAK_TEST_LOOKS sets it for the long run.
int Looks(int usual) {
  const char* const wanted = std::getenv("TASKLEAK_TEST_LOOKS");
  return wanted == nullptr ? testing::Repetitions(usual) : std::atoi(wanted);
}

// Two paths to the same call, each through functions of its own.
template <char kWay, int kDepth>
__attribute__((noinline)) void GoDown(const Gate& gate) {
  if constexpr (kDepth == 0) {
    gate.Pass();
  } else {
    GoDown<kWay, kDepth - 1>(gate);
  }
  asm volatile(
      "# %0"
      :
      : "i"(kWay));  // keeps this from being a tail call, and gives each instance code of its own
}

constexpr int kDepth = 8;

template <char kWay, int kAt = kDepth>
void AddFunctions(std::map<std::uintptr_t, std::pair<char, int>>& functions) {
  functions[reinterpret_cast<std::uintptr_t>(&GoDown<kWay, kAt>)] = {kWay, kAt};
  if constexpr (kAt > 0) AddFunctions<kWay, kAt - 1>(functions);
}

// Returns the paths that the frames are on. A stack with parts of both paths is a mixture.
std::string Ways(const std::vector<RawFrame>& frames) {
  static const auto functions = [] {
    std::map<std::uintptr_t, std::pair<char, int>> all;
    AddFunctions<'a'>(all);
    AddFunctions<'b'>(all);
    return all;
  }();
  const MutexLock lock(platform::Modules::Instance().mutex());
  std::string ways;
  int expected = 0;
  for (const RawFrame& frame : frames) {
    const auto& rule = platform::CodeFacts::Instance().RuleAt(frame.instruction());
    const auto place = functions.find(rule.function.start);
    if (place == functions.end()) continue;
    ways += place->second.second == expected++ ? place->second.first : '?';
  }
  return ways;
}

// Ends the walker and its waker, also when a check has failed.
class Ending {
 public:
  Ending(std::atomic<bool>& end, const Gate& back) : end_(end), back_(back) {}
  ~Ending() {
    end_ = true;
    back_.Open();  // the waker may be waiting for a walker that has already seen the end
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  std::atomic<bool>& end_;
  const Gate& back_;
};

TEST(WakingThreadTest, IsNeverReadAsAMixtureOfTwoMoments) {
  const Gate forth;
  const Gate back;
  std::atomic<bool> end{false};
  const WatchedThread walker([&] {
    while (!end) {
      GoDown<'a', kDepth>(forth);
      back.Open();
      GoDown<'b', kDepth>(forth);
      back.Open();
    }
  });
  const WatchedThread waker([&] {
    while (!end) {
      forth.Open();
      back.Pass();
      for (int pause = 0; pause < 1000; ++pause) asm volatile("");
    }
    forth.Open(2);
  });
  const std::string way_a(kDepth + 1, 'a');
  const std::string way_b(kDepth + 1, 'b');
  std::map<std::string, int> seen;
  const int looks = Looks(20'000);
  std::optional<Ending> ending(std::in_place, end, back);
  for (int i = 0; i < looks; ++i) {
    const ThreadLook look =
        LookAtThread(walker.tid(), platform::Signals::kAllowed, registry::FindStack);
    // On a busy machine the thread may not answer in time. Such a look has no stack that could be
    // wrong.
    if (look.stack.missing.reason == platform::Missing::Reason::kNoAnswer) continue;
    ASSERT_EQ(Compare(look.stack, walker.callers()), "") << "look " << i;
    const std::string ways = Ways(look.stack.frames);
    // While it runs, it may be on its way down or up, or between the two.
    const bool blocked = !look.at.running && look.at.number == SYS_read;
    if (blocked) ++seen[ways];
    ASSERT_TRUE(ways == way_a || ways == way_b || !blocked) << "look " << i << ": " << ways;
    ASSERT_TRUE(ways.find('a') == std::string::npos || ways.find('b') == std::string::npos) << ways;
  }
  ending.reset();
  EXPECT_GT(seen[way_a], 0);
  EXPECT_GT(seen[way_b], 0);
  std::cout << seen[way_a] << " looks on one way, " << seen[way_b] << " on the other\n";
}

TEST(WakingThreadTest, EndingThreadsAreReadRightOrGone) {
  const int to_make = testing::Repetitions(10'000);
  constexpr int kAtOnce = 8;
  std::array<std::atomic<int>, kAtOnce> tids{};
  std::atomic<bool> end{false};
  std::thread maker([&] {
    for (int made = 0; made < to_make; made += kAtOnce) {
      std::vector<std::thread> threads;
      threads.reserve(tids.size());
      for (auto& tid : tids) threads.emplace_back([&tid] { tid = gettid(); });
      for (std::thread& thread : threads) thread.join();
    }
    end = true;
  });
  int gone = 0;
  while (!end) {
    for (const auto& tid : tids) {
      if (tid == 0) continue;
      const ThreadLook look = LookAtThread(tid);
      if (look.gone) {
        ++gone;
        EXPECT_TRUE(look.stack.frames.empty());
      } else {
        EXPECT_TRUE(!look.stack.frames.empty() || !look.stack.missing.nothing());
      }
    }
  }
  maker.join();
  EXPECT_GT(gone, 0);
}

}  // namespace
}  // namespace taskleak::capture
