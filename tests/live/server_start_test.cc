// The ready server when the process can have no more threads.
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <system_error>
#include <thread>

#include <gtest/gtest.h>

#include "taskleak/live/server.h"

namespace {

// How many threads can still be started.
std::atomic<int> g_threads_left{std::numeric_limits<int>::max()};

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*routine)(void*), void* argument) noexcept {
  static const auto real =
      reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  if (g_threads_left.fetch_sub(1) <= 0) return EAGAIN;
  return real(thread, attributes, routine, argument);
}

namespace taskleak::live {
namespace {

std::size_t CountIn(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

void StartWith(int threads) {
  g_threads_left.store(threads);
  EXPECT_THROW(Server server, std::system_error) << threads;
  g_threads_left.store(std::numeric_limits<int>::max());
}

TEST(ServerStartTest, WithoutThreadsItThrowsAndLeavesNothing) {
  { const Server first; }  // opens what stays open
  const std::size_t threads = CountIn("/proc/self/task");
  const std::size_t descriptors = CountIn("/proc/self/fd");
  constexpr int kNeeded = 5;
  for (int left = 0; left < kNeeded; ++left) {
    StartWith(left);
    // The kernel shows a thread for a moment after it was joined.
    while (CountIn("/proc/self/task") != threads) std::this_thread::yield();
    EXPECT_EQ(CountIn("/proc/self/fd"), descriptors) << left;
  }
  const Server last;
}

}  // namespace
}  // namespace taskleak::live
