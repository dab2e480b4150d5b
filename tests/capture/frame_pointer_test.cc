// Functions that are found by their frame pointer, called in ways that the calls do not show.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capture/watched_thread.h"
#include "platform/stack_reader.h"

namespace taskleak::capture {

// One thread's way to a read that blocks.
struct Way {
  const Gate* gate;
  std::vector<std::uintptr_t> callers{};  // of the function that reads
  std::atomic<bool> known{false};

  void Note(std::vector<std::uintptr_t> found) {
    callers = std::move(found);
    known = true;
  }
};

using Step = bool (*)(Way* way, int depth);

// Jumps to `to`, as a call through a pointer at a function's end becomes.
extern "C" bool TaskleakJump(Way* way, int depth, Step to);
// Calls `to` and has no call frame information, as generated code.
extern "C" bool TaskleakCallUnknown(Way* way, int depth, Step to);
extern "C" const char TaskleakUnknownReturn;
asm(R"(
  .pushsection .text
TaskleakJump:
  .cfi_startproc
  jmp *%rdx
  .cfi_endproc
TaskleakCallUnknown:
  sub $8, %rsp
  call *%rdx
TaskleakUnknownReturn:
  add $8, %rsp
  ret
  .popsection
)");

namespace {

using ::testing::HasSubstr;

__attribute__((noinline)) bool JumpThrough(Way* way, int depth, Step to) {
  const bool read = TaskleakJump(way, depth, to);
  asm volatile("");  // so that the call is no tail call
  return read;
}

// Reads in a frame that is aligned, after `depth` calls of itself.
__attribute__((noinline)) bool ReadAligned(Way* way, int depth) {
  alignas(64) char c = 0;
  asm volatile("" : : "r"(&c) : "memory");
  bool done = false;
  if (depth > 0) {
    done = JumpThrough(way, depth - 1, ReadAligned);
  } else {
    way->Note(CallersByRuntime());
    done = read(way->gate->fd(), &c, 1) == 1;
  }
  asm volatile("" : : "r"(&c) : "memory");
  return done;
}

// A test by how often it calls itself.
class JumpedIntoTest : public ::testing::TestWithParam<int> {};

TEST_P(JumpedIntoTest, IsReadWhole) {
  const Gate gate;
  Way way{&gate};
  const WatchedThread thread([&] { JumpThrough(&way, GetParam(), ReadAligned); });
  ASSERT_TRUE(WaitFor([&] { return way.known.load(); }));
  ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
  EXPECT_EQ(Compare(platform::LookAtThread(thread.tid()).stack, way.callers), "");
  gate.Open();
}

INSTANTIATE_TEST_SUITE_P(Depth, JumpedIntoTest, ::testing::Values(0, 1, 5));

bool CallBack(Way* way, int depth);

// Reads, or is called again by code of which nothing is known.
__attribute__((noinline)) bool ReadOrGoOn(Way* way, int depth) {
  char c = 0;
  if (depth > 0) {
    const bool done = TaskleakCallUnknown(way, depth - 1, CallBack);
    asm volatile("" : : "r"(&c) : "memory");
    return done;
  }
  way->Note(CallersByRuntime());
  return read(way->gate->fd(), &c, 1) == 1;
}

__attribute__((noinline)) bool CallBack(Way* way, int depth) {
  static Step volatile step = ReadOrGoOn;
  const bool done = step(way, depth);
  asm volatile("");  // so that the call is no tail call
  return done;
}

// The earlier call of the same function must not stand in for the one that reads.
TEST(CalledByUnknownCodeTest, IsReadUpToThatCode) {
  const Gate gate;
  Way way{&gate};
  const WatchedThread thread([&] { ReadOrGoOn(&way, 1); });
  ASSERT_TRUE(WaitFor([&] { return way.known.load(); }));
  ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
  const platform::RawStack stack = platform::LookAtThread(thread.tid()).stack;
  EXPECT_THAT(stack.missing, HasSubstr("no call frame information"));
  ASSERT_GE(stack.frames.size(), 2U);
  EXPECT_EQ(stack.frames.back().pc, reinterpret_cast<std::uintptr_t>(&TaskleakUnknownReturn));
  ASSERT_FALSE(way.callers.empty());
  EXPECT_EQ(stack.frames[stack.frames.size() - 2].pc, way.callers.front());
  gate.Open();
}

}  // namespace
}  // namespace taskleak::capture
