// Hints in words: evidence in, text out.
#include "report/hint_words.h"

#include <cstddef>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "explain/group.h"

namespace taskleak::report {
namespace {

using explain::Hint;
using Kind = explain::Hint::Kind;

std::string Text(Hint hint, WaitState state = WaitState::kOther, std::size_t units = 1) {
  explain::FoundGroup group;
  group.units.resize(units);
  for (explain::FoundUnit& each : group.units) each.unit.state = state;
  group.hint = std::move(hint);
  return HintText(group);
}

TEST(HintTextTest, WhateverTheUnitWaitsFor) {
  EXPECT_EQ(Text({Kind::kNone}), "");
  EXPECT_EQ(Text({Kind::kUnjoined}), "join or detach it");
  EXPECT_EQ(Text({Kind::kOwnerEnded}),
            "its owner ended without unlocking it: use std::lock_guard, which also unlocks when "
            "the function returns early or throws");
  EXPECT_EQ(Text({Kind::kJoinsItself}), "a thread cannot join itself");
  EXPECT_EQ(Text({Kind::kStandardInput}),
            "standard input may stay open for ever: wait for it with poll, together with a "
            "descriptor that ends the wait");
  EXPECT_EQ(Text({Kind::kNoWriter}),
            "only another process can still write to it or close it: end that one, or write first");
  EXPECT_EQ(Text({Kind::kSingleton}),
            "process-wide singleton: adopt it with AdoptCurrent() or ignore it by creator");
  EXPECT_EQ(Text({Kind::kOnce}),
            "created in a call_once: if it is meant to live as long as the process, adopt it with "
            "AdoptCurrent() or ignore it by creator");
  EXPECT_EQ(Text({Kind::kPlugin}),
            "its library was loaded with dlopen: end the thread when the library is unloaded, and "
            "unload it before the test ends");
  EXPECT_EQ(Text({Kind::kNotAskedToStop}),
            "this std::jthread was not asked to stop: destroy it or call request_stop()");
  EXPECT_EQ(Text({Kind::kServer}), "stop the server before the test ends");
  EXPECT_EQ(Text({Kind::kOfAdapter, "cancel the timer"}), "cancel the timer");
}

TEST(HintTextTest, NamesTheTestsThatLeftTheSameKindOfDescriptor) {
  explain::FoundGroup group;
  group.units.resize(2);
  group.hint = {Kind::kNotClosed};
  EXPECT_EQ(HintText(group), "close them before the test ends");
  group.units[0].detail.of_unit = explain::LeftOpen{{}, {{5, "Net.A"}, {7, "Net.B"}}, 2};
  EXPECT_EQ(HintText(group),
            "close them before the test ends (descriptor 5 of the same kind is open since Net.A, 7 "
            "since Net.B, and 2 more)");
}

TEST(HintTextTest, SpeaksOfSeveralUnits) {
  EXPECT_EQ(Text({Kind::kUnjoined}, WaitState::kOther, 2), "join or detach them");
  EXPECT_EQ(Text({Kind::kWait}, WaitState::kCondvar, 2),
            "tell them to stop, notify the condition variable, and join them");
}

TEST(HintTextTest, NamesWhatAPoolShares) {
  EXPECT_EQ(Text({Kind::kIdleWorkers}, WaitState::kCondvar, 2),
            "idle workers that share a condition variable: stop and join the pool before the test "
            "ends");
  EXPECT_EQ(Text({Kind::kIdleWorkers}, WaitState::kSemaphore, 2),
            "idle workers that share a semaphore: stop and join the pool before the test ends");
}

TEST(HintTextTest, NamesTheCallThatDetached) {
  Frame call;
  call.function = "net::Client::Connect";
  EXPECT_EQ(Text({Kind::kDetached, "", call}),
            "detached in net::Client::Connect: keep the thread and join it instead");
  call.file = "src/client.cc";
  call.line = 41;
  EXPECT_EQ(Text({Kind::kDetached, "", call}),
            "detached in net::Client::Connect (src/client.cc:41): keep the thread and join it "
            "instead");
}

TEST(HintTextTest, EndsAWait) {
  EXPECT_EQ(Text({Kind::kOnlyMainNotifies}, WaitState::kCondvar),
            "only the main thread is left to notify it: tell it to stop, notify the condition "
            "variable, and join it");
  EXPECT_EQ(Text({Kind::kWait}, WaitState::kSemaphore),
            "tell it to stop, release the semaphore, and join it");
  EXPECT_EQ(Text({Kind::kWait}, WaitState::kAtomicWait),
            "change the value, notify it, and join it");
  EXPECT_EQ(Text({Kind::kWait}, WaitState::kWaitChild),
            "end the child process before the test ends");
  EXPECT_EQ(Text({Kind::kWait}, WaitState::kRunning), "");
}

TEST(HintTextTest, EndsTasksAndFibers) {
  EXPECT_EQ(Text({Kind::kTask}, WaitState::kQueued), "run or discard it before the test ends");
  EXPECT_EQ(Text({Kind::kTask}, WaitState::kSuspended),
            "resume it to the end, cancel it or destroy it");
  EXPECT_EQ(Text({Kind::kTask}, WaitState::kRead), "");
  EXPECT_EQ(Text({Kind::kFiber}, WaitState::kSuspended), "join it before the test ends");
  EXPECT_EQ(Text({Kind::kFiber}, WaitState::kChannel),
            "close the channel, which ends every wait on it, and join it");
  EXPECT_EQ(Text({Kind::kFiber}, WaitState::kCondvar),
            "tell it to stop, notify the condition variable, and join it");
}

}  // namespace
}  // namespace taskleak::report
