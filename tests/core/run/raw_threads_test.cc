// What look like return addresses on the stacks of other threads.
#include "run/raw_threads.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <thread>

#include <gtest/gtest.h>

namespace taskleak::run {
namespace {

// Where the compiler signs return addresses, each function that calls another signs its own.
[[gnu::noinline]] void WaitForByte(int fd) {
  char byte = 0;
  while (read(fd, &byte, 1) < 0) {
  }
  asm volatile("");  // no tail call
}

[[gnu::noinline]] void CallTheFunctionThatWaits(int fd) {
  WaitForByte(fd);
  asm volatile("");
}

void NoteCaller(void* found, const RawThread& thread) {
  constexpr std::uintptr_t kMostOfItsCode = 256;
  const auto begin = reinterpret_cast<std::uintptr_t>(&CallTheFunctionThatWaits);
  for (const RawAddress& each : thread.addresses)
    *static_cast<bool*>(found) |= each.address > begin && each.address < begin + kMostOfItsCode;
}

TEST(RawThreadsTest, TheCallersOfABlockedThreadAreFound) {
  using Clock = std::chrono::steady_clock;
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  std::thread thread(CallTheFunctionThatWaits, pipe[0]);
  bool found = false;
  const auto end = Clock::now() + std::chrono::seconds(20);
  while (!found && Clock::now() < end) VisitRawThreads(NoteCaller, &found);
  EXPECT_TRUE(found);
  close(pipe[1]);
  thread.join();
  close(pipe[0]);
}

}  // namespace
}  // namespace taskleak::run
