#include "registry/child_birth.h"

#include <array>
#include <atomic>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "linux/proc/thread_info.h"
#include "taskleak/internal/child_birth.h"

namespace taskleak::registry {
namespace {

TEST(ChildBirthTest, ManyThreadsFindTheSameChildAtOnce) {
  internal::ChildBirth* const birth = internal::BeginChild();
  const platform::ThreadId child{4711, platform::TicksSinceBoot()};
  internal::FinishChild(birth, child.tid);
  constexpr int kTimes = 100'000;
  std::latch start{4};
  std::atomic<int> found{0};
  std::array<std::thread, 4> readers;
  for (std::thread& reader : readers) {
    reader = std::thread([&] {
      start.arrive_and_wait();
      for (int i = 0; i < kTimes; ++i) found += FindChild(child) ? 1 : 0;
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(found, 4 * kTimes);
}

}  // namespace
}  // namespace taskleak::registry
