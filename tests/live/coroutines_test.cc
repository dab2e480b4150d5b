// Which part of a service begins to remember the coroutines that taskleak::any_coroutine shows.
#include <coroutine>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

#include "taskleak/live/capture.h"
#include "taskleak/live/endpoint.h"
#include "taskleak/live/signals.h"
#include "taskleak/live/watch.h"

namespace taskleak::live {
namespace {

struct Poll {
  struct promise_type {  // NOLINT(readability-identifier-naming): the language's name
    Poll get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
};

Poll PollFeed() { co_return; }

// Ends the process, with the number of coroutines that a look finds.
[[noreturn]] void ExitWithCoroutines() {
  const Poll poll = PollFeed();
  const std::size_t tasks = TakeCapture()->tasks;
  poll.handle.destroy();
  std::_Exit(static_cast<int>(tasks));
}

// Each test looks from a process of its own, in which nothing has looked before.
TEST(LiveCoroutinesTest, AreFollowedFromTheMakingOfAnEndpoint) {
  EXPECT_EXIT(
      {
        const Endpoint endpoint;
        ExitWithCoroutines();
      },
      testing::ExitedWithCode(1), "");
}

TEST(LiveCoroutinesTest, AreFollowedFromTheMakingOfASignalDump) {
  EXPECT_EXIT(
      {
        const SignalDump dump;
        ExitWithCoroutines();
      },
      testing::ExitedWithCode(1), "");
}

TEST(LiveCoroutinesTest, AreFollowedFromTheMakingOfAWatch) {
  WatchOptions options;
  options.period = std::chrono::hours(1);
  EXPECT_EXIT(
      {
        const Watch watch(options);
        ExitWithCoroutines();
      },
      testing::ExitedWithCode(1), "");
}

TEST(LiveCoroutinesTest, AreNotFollowedWithoutOne) {
  EXPECT_EXIT(ExitWithCoroutines(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace taskleak::live
