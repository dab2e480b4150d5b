// The program's thread-local variables may be a part of a stack's memory.
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

#include "capture/watched_thread.h"
#include "registry/thread_birth.h"

namespace taskleak::capture {
namespace {

thread_local std::array<char, std::size_t{1} << 20> t_large;

std::uintptr_t LowEndOfOwnStack() {
  pthread_attr_t attributes;
  pthread_getattr_np(pthread_self(), &attributes);
  void* begin = nullptr;
  std::size_t size = 0;
  pthread_attr_getstack(&attributes, &begin, &size);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<std::uintptr_t>(begin);
}

TEST(ThreadLocalsTest, AStackIsNotTakenForLargerThanItIs) {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<bool> end{false};
  WatchedThread thread([&begin, &end] {
    t_large[0] = 1;
    begin = LowEndOfOwnStack();
    end.wait(false);
  });
  EXPECT_TRUE(WaitFor([&begin] { return begin != 0; }));
  const auto bounds = registry::FindStack(thread.tid());
  EXPECT_TRUE(bounds);
  EXPECT_GE(bounds.value_or(platform::StackBounds()).begin, begin);
  end = true;
  end.notify_one();
}

}  // namespace
}  // namespace taskleak::capture
