// Functions that are found by their frame pointer, and that are called in ways that the call
// instructions do not show.
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "capture/code_by_hand.h"
#include "capture/watched_thread.h"
#include "linux/look/stack_reader.h"
#include "linux/unwind/code_facts.h"

namespace taskleak::capture {

// One thread's path to a read that blocks.
struct Way {
  const Gate* gate;
  std::uintptr_t function = 0;  // the function that reads
  std::vector<std::uintptr_t> callers{};
  std::atomic<bool> known{false};

  template <typename Function>
  void Note(Function reads, std::vector<std::uintptr_t> found) {
    function = reinterpret_cast<std::uintptr_t>(reads);
    callers = std::move(found);
    known = true;
  }
};

using Step = bool (*)(Way* way, int depth);

// Jumps to `to`, as compiled code does for a call through a pointer at the end of a function.
extern "C" bool TaskleakJump(Way* way, int depth, Step to);
// Calls `to`. Like generated code, it has no call frame information.
extern "C" bool TaskleakCallUnknown(Way* way, int depth, Step to);
extern "C" const char TaskleakUnknownReturn;
TASKLEAK_JUMP_AND_CALL_UNKNOWN;
// Where a call leaves its return address in a register, it stays there.
extern "C" long TaskleakReadInLeaf(long fd);
TASKLEAK_READ_IN_LEAF;

namespace {

// Returns an empty text if the stack is right from the reading function outwards.
std::string Check(const platform::RawStack& stack, const Way& way) {
  std::string wrong = Compare(stack, way.callers);
  if (!wrong.empty()) return wrong;
  const platform::RawFrame& reads = stack.frames[stack.frames.size() - way.callers.size() - 1];
  const MutexLock lock(platform::Modules::Instance().mutex());
  const auto& rule = platform::CodeFacts::Instance().RuleAt(reads.instruction());
  return rule.function.start == way.function ? "" : "a wrong caller of the function that reads";
}

__attribute__((noinline)) bool JumpThrough(Way* way, int depth, Step to) {
  const bool read = TaskleakJump(way, depth, to);
  asm volatile("");  // keeps this from being a tail call
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
    way->Note(ReadAligned, CallersByRuntime());
    done = read(way->gate->fd(), &c, 1) == 1;
  }
  asm volatile("" : : "r"(&c) : "memory");
  return done;
}

// A test with the number of times that the function calls itself.
class JumpedIntoTest : public ::testing::TestWithParam<int> {};

TEST_P(JumpedIntoTest, IsReadWhole) {
  const Gate gate;
  Way way{&gate};
  const WatchedThread thread([&] { JumpThrough(&way, GetParam(), ReadAligned); });
  ASSERT_TRUE(WaitFor([&] { return way.known.load(); }));
  ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
  EXPECT_EQ(Check(platform::LookAtThread(thread.tid()).stack, way), "");
  gate.Open();
}

INSTANTIATE_TEST_SUITE_P(Depth, JumpedIntoTest, ::testing::Values(0, 1, 5));

__attribute__((noinline)) bool ReadAlignedLater(Way* way, int /*depth*/ = 0) {
  alignas(128) char c = 0;
  asm volatile("" : : "r"(&c) : "memory");
  if (way == nullptr) return false;
  way->Note(ReadAlignedLater, CallersByRuntime());
  const bool done = read(way->gate->fd(), &c, 1) == 1;
  asm volatile("" : : "r"(&c) : "memory");
  return done;
}

__attribute__((noinline)) void CallEarlier(std::size_t room) {
  char bytes[24];
  asm volatile("" : : "r"(bytes), "r"(room) : "memory");
  ReadAlignedLater(nullptr);
  asm volatile("" : : "r"(bytes) : "memory");
}

// The earlier call's frame is at the place where the later one has its padding.
template <std::size_t kShift>
__attribute__((noinline)) bool CallTwice(Way* way) {
  char shift[kShift];
  asm volatile("" : : "r"(shift) : "memory");
  CallEarlier(kShift);
  const bool done = ReadAlignedLater(way);
  asm volatile("" : : "r"(shift) : "memory");
  return done;
}

template <std::size_t kShift>
__attribute__((noinline)) void JumpEarlier() {
  char shift[kShift];
  asm volatile("" : : "r"(shift) : "memory");
  TaskleakJump(nullptr, 0, ReadAlignedLater);
  asm volatile("" : : "r"(shift) : "memory");
}

__attribute__((noinline)) bool JumpLater(Way* way) {
  const bool done = TaskleakJump(way, 0, ReadAlignedLater);
  asm volatile("");  // keeps this from being a tail call
  return done;
}

// Of a call that leads anywhere, too, only remains are in the padding.
template <std::size_t kShift>
__attribute__((noinline)) bool JumpTwice(Way* way) {
  JumpEarlier<kShift>();
  const bool done = JumpLater(way);
  asm volatile("");
  return done;
}

template <std::size_t kSize>
__attribute__((noinline)) bool ReadLarge(Way* way) {
  char room[kSize];
  asm volatile("" : : "r"(room) : "memory");
  way->Note(ReadLarge<kSize>, CallersByRuntime());
  const bool done = read(way->gate->fd(), room, 1) == 1;
  asm volatile("" : : "r"(room) : "memory");
  return done;
}

__attribute__((noinline)) bool CallLeaf(Way* way) {
  way->Note(CallLeaf, CallersByRuntime());
  const bool done = TaskleakReadInLeaf(way->gate->fd()) == 1;
  asm volatile("");  // keeps this from being a tail call
  return done;
}

class FrameTest : public ::testing::TestWithParam<bool (*)(Way*)> {};

TEST_P(FrameTest, IsReadWhole) {
  const Gate gate;
  Way way{&gate};
  const WatchedThread thread([&] { GetParam()(&way); });
  ASSERT_TRUE(WaitFor([&] { return way.known.load(); }));
  ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
  EXPECT_EQ(Check(platform::LookAtThread(thread.tid()).stack, way), "");
  gate.Open();
}

INSTANTIATE_TEST_SUITE_P(AlignedAfterAnEarlierCall, FrameTest,
                         ::testing::Values(CallTwice<8>, CallTwice<24>, CallTwice<40>,
                                           CallTwice<56>, CallTwice<72>, CallTwice<88>,
                                           CallTwice<104>, CallTwice<120>));
INSTANTIATE_TEST_SUITE_P(AlignedAfterAnEarlierJump, FrameTest,
                         ::testing::Values(JumpTwice<8>, JumpTwice<24>, JumpTwice<40>,
                                           JumpTwice<56>, JumpTwice<72>, JumpTwice<88>,
                                           JumpTwice<104>, JumpTwice<120>));
INSTANTIATE_TEST_SUITE_P(Large, FrameTest,
                         ::testing::Values(ReadLarge<5000>, ReadLarge<9000>, ReadLarge<70000>));
INSTANTIATE_TEST_SUITE_P(OfALeafsCaller, FrameTest, ::testing::Values(CallLeaf));

bool CallBack(Way* way, int depth);

// Reads, or is called again by code without any information.
__attribute__((noinline)) bool ReadOrGoOn(Way* way, int depth) {
  char c = 0;
  if (depth > 0) {
    const bool done = TaskleakCallUnknown(way, depth - 1, CallBack);
    asm volatile("" : : "r"(&c) : "memory");
    return done;
  }
  way->Note(ReadOrGoOn, CallersByRuntime());
  return read(way->gate->fd(), &c, 1) == 1;
}

__attribute__((noinline)) bool CallBack(Way* way, int depth) {
  static Step volatile step = ReadOrGoOn;
  const bool done = step(way, depth);
  asm volatile("");  // keeps this from being a tail call
  return done;
}

// The earlier call of the same function must not be taken for the one that reads.
TEST(CalledByUnknownCodeTest, IsReadUpToThatCode) {
  const Gate gate;
  Way way{&gate};
  const WatchedThread thread([&] { ReadOrGoOn(&way, 1); });
  ASSERT_TRUE(WaitFor([&] { return way.known.load(); }));
  ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
  const platform::RawStack stack = platform::LookAtThread(thread.tid()).stack;
  EXPECT_EQ(stack.missing.reason, platform::Missing::Reason::kNoRule);
  ASSERT_GE(stack.frames.size(), 2U);
  EXPECT_EQ(stack.frames.back().pc, reinterpret_cast<std::uintptr_t>(&TaskleakUnknownReturn));
  ASSERT_FALSE(way.callers.empty());
  EXPECT_EQ(stack.frames[stack.frames.size() - 2].pc, way.callers.front());
  gate.Open();
}

__attribute__((noinline)) bool CallLeafsCaller(Way* way, int /*depth*/) {
  const bool done = CallLeaf(way);
  asm volatile("");  // keeps this from being a tail call
  return done;
}

TEST(CalledByUnknownCodeTest, ALeafIsReadUpToThatCode) {
  const Gate gate;
  Way way{&gate};
  const WatchedThread thread([&] { TaskleakCallUnknown(&way, 0, CallLeafsCaller); });
  ASSERT_TRUE(WaitFor([&] { return way.known.load(); }));
  ASSERT_TRUE(thread.WaitUntilIn(SYS_read));
  const platform::RawStack stack = platform::LookAtThread(thread.tid()).stack;
  gate.Open();
  // Another frame pointer may fit, beyond that code: then the stack is a guess.
  if (std::ranges::any_of(stack.frames, &platform::RawFrame::guessed)) return;
  EXPECT_EQ(stack.missing.reason, platform::Missing::Reason::kNoRule);
  ASSERT_GE(stack.frames.size(), 3U);
  EXPECT_EQ(stack.frames.back().pc, reinterpret_cast<std::uintptr_t>(&TaskleakUnknownReturn));
  ASSERT_FALSE(way.callers.empty());
  EXPECT_EQ(stack.frames[stack.frames.size() - 2].pc, way.callers.front());
}

}  // namespace
}  // namespace taskleak::capture
