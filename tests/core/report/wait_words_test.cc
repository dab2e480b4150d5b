// Waits of units in words: facts in, text out.
#include "report/wait_words.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "explain/wait_facts.h"
#include "linux/proc/descriptor.h"

namespace taskleak::report {
namespace {

using namespace std::chrono_literals;
using explain::CallWait;
using explain::DescriptorWait;
using explain::EpollWait;
using explain::LockWait;
using explain::PollWait;
using explain::SleepWait;
using explain::TimeFacts;
using platform::OpenPipe;
using platform::OpenSocket;
using platform::OtherFile;
using Protocol = platform::OpenSocket::Protocol;

std::string Of(explain::WaitFacts wait) { return DetailText({{}, std::move(wait)}); }

const OpenSocket kListener{Protocol::kTcp, true, "127.0.0.1:8080", "", 0};

TEST(OpenFileTextTest, Sockets) {
  EXPECT_EQ(OpenFileText(kListener), "listening TCP 127.0.0.1:8080");
  EXPECT_EQ(OpenFileText(OpenSocket{Protocol::kTcp, false, "[::1]:41000", "[::1]:6379", 1}),
            "TCP [::1]:41000 -> [::1]:6379 (established)");
  EXPECT_EQ(OpenFileText(OpenSocket{Protocol::kUdp, false, "127.0.0.1:53", "", 0}),
            "UDP 127.0.0.1:53");
  EXPECT_EQ(OpenFileText(OpenSocket{Protocol::kUnix, true, "@bus", "", 0}),
            "listening unix socket @bus");
  EXPECT_EQ(OpenFileText(OpenSocket{Protocol::kOtherIp, false, "", "", 0}), "IP socket");
  EXPECT_EQ(OpenFileText(OpenSocket{Protocol::kNetlink, false, "", "", 0}), "netlink socket");
  EXPECT_EQ(OpenFileText(OpenSocket()), "socket");
  EXPECT_EQ(OpenFileText(platform::UnreachableSocket()),
            "socket in a descriptor table of the thread's own");
}

TEST(OpenFileTextTest, AStateThatTheKernelDoesNotHaveIsLeftOut) {
  EXPECT_EQ(OpenFileText(OpenSocket{Protocol::kTcp, false, "", "", 12}), "TCP");
}

TEST(OpenFileTextTest, TimersPipesAndFiles) {
  EXPECT_EQ(OpenFileText(platform::OpenTimer{1'550ms}), "timerfd, 1.5 s left");
  EXPECT_EQ(OpenFileText(platform::OpenTimer{0ms}), "timerfd that is not set");
  EXPECT_EQ(OpenFileText(platform::OpenTimer()), "timerfd");
  EXPECT_EQ(OpenFileText(OpenPipe()), "pipe");
  EXPECT_EQ(OpenFileText(OpenPipe{"/run/queue"}), "named pipe /run/queue");
  EXPECT_EQ(OpenFileText(OtherFile{"eventfd"}), "eventfd");
  EXPECT_EQ(OpenFileText({}), "");
}

TEST(DetailTextTest, NothingIsKnown) { EXPECT_EQ(DetailText({}), ""); }

TEST(DetailTextTest, OneDescriptor) {
  EXPECT_EQ(Of(DescriptorWait{.on = {5, kListener}}), "descriptor 5, listening TCP 127.0.0.1:8080");
  EXPECT_EQ(Of(DescriptorWait{.on = {5, {}}}), "descriptor 5, which is not open");
  EXPECT_EQ(Of(DescriptorWait{.on = {5, OpenSocket{Protocol::kTcp, false, "", "", 0}},
                              .connects_to = "127.0.0.1:80"}),
            "descriptor 5, TCP to 127.0.0.1:80");
}

TEST(DetailTextTest, TheOtherEndOfAPipe) {
  DescriptorWait wait{.on = {5, OpenPipe()}};
  wait.other_end = {true, platform::Descriptor{6, 0}};
  EXPECT_EQ(Of(wait), "descriptor 5, pipe written to by descriptor 6");
  wait.other_end = {false, platform::Descriptor{6, 4121}};
  EXPECT_EQ(Of(wait), "descriptor 5, pipe read by descriptor 6 of thread 4121");
  wait.other_end = {true, std::nullopt};
  EXPECT_EQ(Of(wait), "descriptor 5, pipe with no write end in this process");
  wait.other_end = {false, std::nullopt};
  EXPECT_EQ(Of(wait), "descriptor 5, pipe with no read end in this process");
  wait.standard_input = true;
  wait.other_end.reset();
  EXPECT_EQ(Of(wait), "descriptor 5, pipe (standard input)");
}

TEST(DetailTextTest, ManyDescriptors) {
  const explain::DescriptorFacts pipe{5, OpenPipe()};
  const explain::DescriptorFacts event{6, OtherFile{"eventfd"}};
  EXPECT_EQ(Of(PollWait{{{pipe}, 0}}), "descriptor 5, pipe");
  EXPECT_EQ(Of(PollWait{{{pipe, event}, 3}}),
            "descriptor 5, pipe; descriptor 6, eventfd; and 3 more");
  const explain::DescriptorFacts epoll{7, OtherFile{"eventpoll"}};
  EXPECT_EQ(Of(EpollWait{epoll, {{pipe}, 0}}), "epoll on descriptor 5, pipe");
  EXPECT_EQ(Of(EpollWait{epoll, {}}), "descriptor 7, eventpoll that watches nothing");
}

TEST(DetailTextTest, Times) {
  const auto sleep = [](TimeFacts limit) { return Of(SleepWait{limit}); };
  EXPECT_EQ(sleep({TimeFacts::Kind::kInAll, 3600s}), "for 3600.0 s");
  EXPECT_EQ(sleep({TimeFacts::Kind::kInAll, 999ms}), "for 999 ms");
  EXPECT_EQ(sleep({TimeFacts::Kind::kInAll, 250us}), "for 250 us");
  EXPECT_EQ(sleep({TimeFacts::Kind::kLeft, 1500ms}), "1.5 s left");
  EXPECT_EQ(sleep({TimeFacts::Kind::kForEver, 0s}), "for ever");
}

TEST(DetailTextTest, Locks) {
  EXPECT_EQ(Of(LockWait{0x7ffe10, 0, {}}), "0x7ffe10");
  EXPECT_EQ(Of(LockWait{0x7ffe10, 1, {}}), "0x7ffe10, held by 1 reader");
  EXPECT_EQ(Of(LockWait{0x7ffe10, 2, {TimeFacts::Kind::kLeft, 2s}}),
            "0x7ffe10, held by 2 readers, 2.0 s left");
  EXPECT_EQ(Of(LockWait{0, 0, {TimeFacts::Kind::kLeft, 2s}}), "2.0 s left");
}

TEST(DetailTextTest, OtherCalls) {
  const explain::DescriptorFacts file{5, OtherFile{"/var/lock/queue"}};
  EXPECT_EQ(Of(CallWait{73, "flock", file}), "in flock on descriptor 5, /var/lock/queue");
  EXPECT_EQ(Of(CallWait{257, "openat", explain::PathFacts{"/run/fifo"}}), "in openat of /run/fifo");
  EXPECT_EQ(Of(CallWait{58, "vfork", explain::StartingChild()}),
            "in vfork, until the child process executes a program or ends");
  EXPECT_EQ(Of(CallWait{162, "sync"}), "in sync");
  EXPECT_EQ(Of(CallWait{999}), "in system call 999");
  EXPECT_EQ(Of(CallWait{-1}), "in a page fault");
}

TEST(DetailTextTest, WhatIsKnownOfTheUnitComesBeforeItsWait) {
  EXPECT_EQ(DetailText({explain::SaidWait{"for the reply"}, {}}), "for the reply");
  EXPECT_EQ(DetailText({explain::SaidWait{"armed"}, DescriptorWait{.on = {5, OpenPipe()}}}),
            "armed, descriptor 5, pipe");
  EXPECT_EQ(DetailText({explain::Runner{4121, "pool"}, LockWait{0x10, 0, {}}}),
            "in thread 4121 \"pool\", 0x10");
  EXPECT_EQ(DetailText({explain::Runner{4121, ""}, {}}), "in thread 4121");
  EXPECT_EQ(DetailText({explain::ReadyToRun(), {}}), "ready to run, waiting for a thread");
  EXPECT_EQ(DetailText({explain::FrameLeft(), {}}), "finished, but its frame was not destroyed");
  EXPECT_EQ(DetailText({explain::EndedThread{12ms, "Run(void*)"}, {}}),
            "ran for 12 ms, started in Run(void*)");
  EXPECT_EQ(DetailText({explain::EndedThread{12ms, ""}, {}}), "ran for 12 ms");
}

// The name of a descriptor is its target, so what only repeats that is left out.
TEST(DetailTextTest, DescriptorsThatWereLeftOpen) {
  const auto of = [](platform::OpenFile file) {
    return DetailText({explain::LeftOpen{std::move(file), {}, 0}, {}});
  };
  EXPECT_EQ(of(kListener), "listening TCP 127.0.0.1:8080");
  EXPECT_EQ(of(OpenSocket{Protocol::kTcp, false, "[::1]:41000", "[::1]:6379", 8}),
            "TCP [::1]:41000 -> [::1]:6379 (close wait)");
  EXPECT_EQ(of(OpenSocket{Protocol::kTcp, false, "0.0.0.0:0", "", 7}), "TCP 0.0.0.0:0");
  EXPECT_EQ(of(OpenPipe{}), "");
  EXPECT_EQ(of(OtherFile{"/etc/hosts"}), "");
}

}  // namespace
}  // namespace taskleak::report
