#include "check/inspect.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/parked_thread.h"

namespace taskleak::check {
namespace {

TEST(InspectTest, WhatAThreadWaitsForIsNotToldWhenItHasGoneOn) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(pipe(ends), 0);
  const auto write_byte = [&ends] { EXPECT_EQ(write(ends[1], "x", 1), 1); };
  {
    const testing::BlockedThread reader(
        [&ends] {
          char c = 0;
          for (int i = 0; i < 2; ++i) EXPECT_EQ(read(ends[0], &c, 1), 1);
        },
        write_byte);
    reader.AwaitCall(SYS_read);
    const Straggler straggler{{reader.tid(), platform::ReadThreadStat(reader.tid())->start_ticks},
                              "reader"};
    const auto look = platform::LookAtThread(reader.tid(), platform::Signals::kNone);
    Inspector inspector(false);
    EXPECT_THAT(inspector.InspectLive(straggler, look).unit.detail,
                ::testing::StartsWith("descriptor "));
    write_byte();
    while (platform::ReadRunCount(reader.tid()) == look.run) std::this_thread::yield();
    reader.AwaitCall(SYS_read);
    EXPECT_EQ(inspector.InspectLive(straggler, look).unit.detail, "");
  }
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace taskleak::check
