// Why stacks are missing, in words: reasons in, text out.
#include "report/missing_words.h"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "check/outcome.h"
#include "report/note_words.h"
#include "report/subject_words.h"

namespace taskleak::report {
namespace {

using platform::NotBlocked;
using Reason = platform::Missing::Reason;

std::string Text(Reason reason) { return MissingText({reason}); }

TEST(MissingTextTest, OuterFrames) {
  EXPECT_EQ(Text(Reason::kNothing), "");
  EXPECT_EQ(Text(Reason::kNoRule),
            "there is no call frame information for the outermost frame shown");
  EXPECT_EQ(Text(Reason::kNoFramePointer),
            "the frame pointer of the outermost frame shown could not be found");
  EXPECT_EQ(Text(Reason::kNoReturnAddress),
            "the return address of the outermost frame shown could not be found");
  EXPECT_EQ(Text(Reason::kUnreadableAbove),
            "the stack above the outermost frame shown could not be read");
  EXPECT_EQ(Text(Reason::kNotCode),
            "the outermost frame shown returns to an address without code: its stack is damaged, "
            "or its caller was unloaded");
  EXPECT_EQ(Text(Reason::kDamaged), "the stack above the outermost frame shown is damaged");
  EXPECT_EQ(Text(Reason::kTooDeep), "the stack has more than 512 frames");
}

TEST(MissingTextTest, WholeStacks) {
  EXPECT_EQ(Text(Reason::kUnreadable), "its stack could not be read");
  EXPECT_EQ(Text(Reason::kKernelOnly), "it runs in the kernel only and has no stack of its own");
  EXPECT_EQ(Text(Reason::kEndedTooSoon),
            "it ended before it could be read, and so did its successors");
  EXPECT_EQ(Text(Reason::kWentOn), "it went on while it was looked at");
  EXPECT_EQ(Text(Reason::kLayoutNotProbed), "taskleak has not yet found out how fibers are parked");
  EXPECT_EQ(MissingText({.reason = Reason::kUnknownLayout, .text = "it is secret"}),
            "it is secret");
}

TEST(MissingTextTest, ThreadsThatAreNotBlocked) {
  EXPECT_EQ(Text(Reason::kNotToBeInterrupted), "running, and this look does not interrupt threads");
  EXPECT_EQ(Text(Reason::kKernelWorker), "running, and it runs in the kernel only");
  EXPECT_EQ(Text(Reason::kUnknownSignalMask), "running, and its signal mask could not be read");
  EXPECT_EQ(Text(Reason::kBlocksSignal),
            "running, and it blocks SIGURG, so its stack could not be copied");
  EXPECT_EQ(Text(Reason::kUnknownBounds),
            "running, and the end of its stack is not known, so it was not sent a signal");
  EXPECT_EQ(Text(Reason::kMayBeFull),
            "running, and its stack may be full, with no room for a signal handler");
  EXPECT_EQ(MissingText({.reason = Reason::kSmallStack, .stack_size = 32000}),
            "running, and its stack of 32 KiB may have no room for a signal handler");
  EXPECT_EQ(Text(Reason::kNoAnswer), "running, and it did not answer SIGURG within 100 ms");
  EXPECT_EQ(MissingText({.reason = Reason::kNotSent, .error = EAGAIN}),
            "running, and it could not be sent SIGURG (Resource temporarily unavailable)");
  EXPECT_EQ(MissingText({.reason = Reason::kNotStopped, .error = EPERM}),
            "running, and it could not be stopped with ptrace (Operation not permitted)");
}

TEST(MissingTextTest, WhyAThreadCouldNotBeReadWhileItWasBlocked) {
  EXPECT_EQ(MissingText({Reason::kNoAnswer, {NotBlocked::Reason::kWakesTooOften}}),
            "it never stayed blocked long enough to be read, and it did not answer SIGURG within "
            "100 ms");
  EXPECT_EQ(MissingText({Reason::kNoAnswer, {NotBlocked::Reason::kHidden, EACCES}}),
            "the kernel does not show where it is (task/TID/syscall: Permission denied), and it "
            "did not answer SIGURG within 100 ms");
  EXPECT_EQ(
      MissingText({Reason::kNoAnswer, {NotBlocked::Reason::kRunning, 0, EPERM}}),
      "running, it could not be stopped with ptrace (Operation not permitted), and it did not "
      "answer SIGURG within 100 ms");
}

TEST(NoteTextTest, Births) {
  EXPECT_EQ(NoteText(check::UnrecordedBirths{1}),
            "there was no memory to record the creation of a thread: its creator is not known, nor "
            "whether it was joined");
  EXPECT_EQ(
      NoteText(check::UnrecordedBirths{3}),
      "there was no memory to record the creation of 3 threads: their creators are not known, "
      "nor whether they were joined");
}

TEST(NoteTextTest, ThreadsThatCopiedTheirStacks) {
  EXPECT_EQ(NoteText(check::CopiedStacks{EACCES}),
            "the kernel does not show where it is (task/TID/syscall: Permission denied); SIGURG "
            "made threads copy their own stacks");
}

TEST(NoteTextTest, WhatAllowLeaksAdopted) {
  EXPECT_EQ(NoteText(check::AllowedLeaks{"kept", 1, 0}), "AllowLeaks adopted 1 thread: kept");
  EXPECT_EQ(NoteText(check::AllowedLeaks{"kept", 2, 3}),
            "AllowLeaks adopted 2 threads and 3 tasks: kept");
  EXPECT_EQ(NoteText(check::AllowedLeaks{"kept", 0, 0, 1, 2}),
            "AllowLeaks adopted 1 process and 2 descriptors: kept");
}

TEST(NoteTextTest, SuppressionsThatHideNothing) {
  const rules::Date january{std::chrono::year(2026) / 1 / 31};
  EXPECT_EQ(NoteText(rules::SuppressionRemark{"known.txt", 3, "thread_name:a", january, 1, 0}),
            "known.txt:3: expired on 2026-01-31 and hides nothing: thread_name:a");
  EXPECT_EQ(NoteText(rules::SuppressionRemark{"known.txt", 3, "thread_name:a", {}, 5, 2}),
            "known.txt:3: there are 5 and it allows 2: thread_name:a");
}

TEST(UnreachableTextTest, NamesTheReason) {
  using Why = platform::Unreachable::Reason;
  EXPECT_EQ(UnreachableText({Why::kNoProcess}), "there is no such process");
  EXPECT_EQ(UnreachableText({Why::kNoProgram, ENOENT}), "it is a kernel thread or has ended");
  EXPECT_EQ(UnreachableText({Why::kUnreadableProgram, EACCES}),
            "its program cannot be read: Permission denied");
  EXPECT_EQ(UnreachableText({Why::kOtherProcessor}),
            "it is not a 64-bit program for this processor");
  EXPECT_EQ(UnreachableText({Why::kEnded}), "it has ended, or its mappings cannot be read");
}

TEST(CannotListTextTest, NamesTheError) {
  EXPECT_EQ(CannotListText({EMFILE}),
            "the threads of this process cannot be listed: /proc/self/task is not readable (Too "
            "many open files)");
  EXPECT_EQ(CannotListText({EXDEV}),
            "the threads of this process cannot be listed: /proc is that of another pid namespace");
}

}  // namespace
}  // namespace taskleak::report
