// Reads threads that are blocked in many calls: the stacks are whole, and the calls are not
// disturbed.
#include "capture/blocking_calls.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "capture/watched_thread.h"
#include "linux/look/stack_reader.h"
#include "linux/proc/thread_info.h"
#include "support/repetitions.h"
#include "support/sanitizer.h"

namespace taskleak::capture {
namespace {

using platform::LookAtThread;
using platform::RawFrame;
using platform::ThreadLook;

// One call in a thread of its own. The thread records its callers with the C++ runtime's unwinder.
class Blocked {
 public:
  explicit Blocked(BlockingCall call)
      : call_(std::move(call)), thread_([this] { Distinctive(this); }) {}

  static __attribute__((noinline)) void Distinctive(Blocked* self) {
    self->callers_ = CallersByRuntime();
    self->tid_ = gettid();
    self->undisturbed_ = self->call_.block();
  }

  // Waits until the thread is seen in one of the call's system calls.
  bool WaitUntilBlocked() const {
    return WaitFor([this] {
      const int tid = tid_;
      const auto at = tid == 0 ? Error() : platform::ReadBlockedAt(tid);
      return at && !at->running && Expects(at->number);
    });
  }

  // Empty if the look is right; otherwise what is wrong.
  std::string Check(const ThreadLook& look) const {
    if (look.gone) return "gone";
    if (look.at.running || !Expects(look.at.number)) return "not seen blocked";
    std::string wrong = Compare(look.stack, callers_);
    if (!wrong.empty()) return wrong;
    const auto& frames = look.stack.frames;
    const bool guessed =
        std::any_of(frames.begin(), frames.end(), [](const RawFrame& f) { return f.guessed; });
    // If arguments are on the stack, rbp cannot always be computed from sp. The same holds for the
    // frames of AddressSanitizer's interceptors.
    const bool may_guess = kUnderAsan || call_.may_be_guessed || call_.numbers.front() == SYS_futex;
    return guessed && !may_guess ? "guessed frames" : "";
  }

  void End() {
    if (call_.release) call_.release();
    thread_.join();
  }
  [[nodiscard]] const std::string& name() const { return call_.name; }
  [[nodiscard]] int tid() const { return tid_; }
  [[nodiscard]] bool undisturbed() const { return undisturbed_; }
  /// True for calls that stay until they are released.
  [[nodiscard]] bool stays() const { return call_.release != nullptr; }

 private:
  bool Expects(long number) const {
    return std::find(call_.numbers.begin(), call_.numbers.end(), number) != call_.numbers.end();
  }

  BlockingCall call_;
  std::vector<std::uintptr_t> callers_;
  std::atomic<int> tid_{0};
  bool undisturbed_ = false;
  std::thread thread_;
};

// Where callers are searched for, the first look reads all code. With an emulated processor, that
// takes about as long as some calls last.
void LookForTheFirstTime() {
  std::atomic<pid_t> tid{0};
  std::atomic<bool> end{false};
  std::thread thread([&] {
    tid = gettid();
    end.wait(false);
  });
  EXPECT_TRUE(WaitFor([&tid] {
    const int waiting = tid;
    const auto at = waiting == 0 ? Error() : platform::ReadBlockedAt(waiting);
    return at && !at->running;
  }));
  static_cast<void>(LookAtThread(tid));
  end = true;
  end.notify_all();
  thread.join();
}

TEST(BlockingCallsTest, AllAreReadWholeAndNoneIsDisturbed) {
  LookForTheFirstTime();
  std::vector<BlockingCall> calls = MakeBlockingCalls();
  ASSERT_EQ(calls.size(), kUnderAsan || kUnderTsan ? 43U : 46U);
  // The calls that end by themselves come first, so that they are read before they end.
  std::stable_partition(calls.begin(), calls.end(),
                        [](const BlockingCall& call) { return call.release == nullptr; });
  std::deque<Blocked> all;
  const int looks_at_once = testing::Repetitions(10);  // some calls do not last for more
  constexpr int kLooksLater = 30;
  for (BlockingCall& call : calls) {
    Blocked& blocked = all.emplace_back(std::move(call));
    ASSERT_TRUE(blocked.WaitUntilBlocked()) << blocked.name();
    for (int look = 0; look < looks_at_once; ++look)
      EXPECT_EQ(blocked.Check(LookAtThread(blocked.tid())), "") << blocked.name();
  }
  for (int look = 0; look < kLooksLater; ++look) {
    for (Blocked& blocked : all) {
      if (!blocked.stays()) continue;
      EXPECT_EQ(blocked.Check(LookAtThread(blocked.tid())), "") << blocked.name();
    }
  }
  for (Blocked& blocked : all) {
    blocked.End();
    EXPECT_TRUE(blocked.undisturbed()) << blocked.name();
  }
}

}  // namespace
}  // namespace taskleak::capture
