#include "explain/inspect.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <thread>
#include <variant>

#include <gtest/gtest.h>

#include "support/parked_thread.h"

namespace taskleak::explain {
namespace {

bool WaitsForADescriptor(const Finding& finding) {
  return std::holds_alternative<DescriptorWait>(finding.detail.wait);
}

// A thread reads a byte of one pipe and then one of another. Returns true if the descriptor of its
// first wait is still reported once it is at the second.
bool ReportsTheFirstRead(int first, int second, const std::function<void(int)>& write_to) {
  const testing::BlockedThread reader(
      [first, second] {
        char c = 0;
        for (const int fd : {first, second}) EXPECT_EQ(read(fd, &c, 1), 1);
      },
      [&] { write_to(second); });
  reader.AwaitCall(SYS_read);
  const alive::LiveThread straggler{
      {reader.tid(), platform::ReadThreadStat(reader.tid())->start_ticks}, "reader"};
  const auto look = platform::LookAtThread(reader.tid(), platform::Signals::kNone);
  Inspector inspector(false);
  EXPECT_TRUE(WaitsForADescriptor(inspector.InspectLive(straggler, look)));
  write_to(first);
  while (platform::ReadRunCount(reader.tid()) == look.run) std::this_thread::yield();
  reader.AwaitCall(SYS_read);
  return WaitsForADescriptor(inspector.InspectLive(straggler, look));
}

class InspectTest : public ::testing::Test {
 protected:
  InspectTest() {
    EXPECT_EQ(pipe(one_.data()), 0);
    EXPECT_EQ(pipe(other_.data()), 0);
  }
  ~InspectTest() override {
    for (const int fd : {one_[0], one_[1], other_[0], other_[1]}) close(fd);
  }
  void WriteTo(int reader) { EXPECT_EQ(write(reader == one_[0] ? one_[1] : other_[1], "x", 1), 1); }

  std::array<int, 2> one_{};
  std::array<int, 2> other_{};
};

TEST_F(InspectTest, WhatAThreadWaitsForIsNotToldWhenItHasGoneOn) {
  EXPECT_FALSE(ReportsTheFirstRead(one_[0], other_[0], [this](int fd) { WriteTo(fd); }));
}

TEST_F(InspectTest, AThreadThatWakesUpAndWaitsForTheSameAgainKeepsItsDescriptor) {
  EXPECT_TRUE(ReportsTheFirstRead(one_[0], one_[0], [this](int fd) { WriteTo(fd); }));
}

}  // namespace
}  // namespace taskleak::explain
