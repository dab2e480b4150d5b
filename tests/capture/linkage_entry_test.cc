// A thread that runs in an entry of a procedure linkage table. Some linkers write no call frame
// information for such entries.
#include <atomic>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "capture/code_by_hand.h"
#include "capture/watched_thread.h"
#include "linux/look/stack_reader.h"
#include "registry/thread_birth.h"

namespace taskleak::capture {

// Leads to itself, until another address is in its slot.
extern "C" void TaskleakLinkageEntry();
extern "C" std::atomic<void (*)()> TaskleakLinkageSlot;
asm(".pushsection .text\n"
    ".balign 16\n"
    ".globl TaskleakLinkageEntry\n"
    ".type TaskleakLinkageEntry, %function\n"
    "TaskleakLinkageEntry:\n"  //
    TASKLEAK_LINKAGE_JUMP
    ".size TaskleakLinkageEntry, . - TaskleakLinkageEntry\n"
    ".popsection\n"
    ".pushsection .data\n"
    ".balign 8\n"
    ".globl TaskleakLinkageSlot\n"
    "TaskleakLinkageSlot: .quad TaskleakLinkageEntry\n"
    ".popsection\n");

namespace {

TEST(RunningThreadTest, InALinkageEntryIsReadWhole) {
  TaskleakLinkageSlot = TaskleakLinkageEntry;  // also if the test is repeated
  const WatchedThread thread([] {
    TaskleakLinkageEntry();
    asm volatile("");  // keeps this from being a tail call
  });
  const auto entry = reinterpret_cast<std::uintptr_t>(&TaskleakLinkageEntry);
  std::string wrong;
  int inside = 0;
  const bool done = WaitFor([&] {
    const platform::ThreadLook look =
        platform::LookAtThread(thread.tid(), platform::Signals::kAllowed, registry::FindStack);
    wrong = Compare(look.stack, thread.callers());
    if (!look.stack.frames.empty() && look.stack.frames.front().pc - entry < 16) ++inside;
    return !wrong.empty() || inside == 50;
  });
  TaskleakLinkageSlot = [] {};
  EXPECT_TRUE(done);
  EXPECT_EQ(wrong, "");
}

}  // namespace
}  // namespace taskleak::capture
