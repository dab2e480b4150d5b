// Whether a thread has run, also if it is back where it was.
#include "linux/proc/run_meter.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

#include "support/parked_thread.h"

namespace taskleak::platform {
namespace {

/// A thread that reads one byte after the other from a pipe, and answers each.
class Reader {
 public:
  Reader() {
    EXPECT_EQ(pipe(asks_.data()), 0);
    EXPECT_EQ(pipe(answers_.data()), 0);
  }
  ~Reader() {
    for (const int end : {answers_[0], answers_[1], asks_[0]}) close(end);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void Run() {
    char byte = 0;
    while (read(asks_[0], &byte, 1) == 1) EXPECT_EQ(write(answers_[1], &byte, 1), 1);
  }
  void Wake() {
    char byte = 'b';
    EXPECT_EQ(write(asks_[1], &byte, 1), 1);
    EXPECT_EQ(read(answers_[0], &byte, 1), 1);
  }
  void End() { close(asks_[1]); }

 private:
  std::array<int, 2> asks_{};
  std::array<int, 2> answers_{};
};

TEST(RunMeterTest, AThreadHasNotRunUntilItWakesThoughItSleepsAgainWhereItWas) {
  Reader reader;
  const testing::BlockedThread thread([&reader] { reader.Run(); }, [&reader] { reader.End(); });
  thread.AwaitCall(SYS_read);
  RunMeter meter(thread.tid());
  const auto run = meter.Read();
  ASSERT_TRUE(run);
  EXPECT_EQ(run, ReadRunCount(thread.tid()));
  const Position position{.at = *ReadBlockedAt(thread.tid()), .run = *run};
  EXPECT_TRUE(meter.HasNotRun(position));
  EXPECT_TRUE(meter.HasNotRun(position));
  reader.Wake();
  thread.AwaitCall(SYS_read);
  EXPECT_EQ(ReadBlockedAt(thread.tid()), position.at);
  EXPECT_FALSE(meter.HasNotRun(position));
}

TEST(RunMeterTest, AThreadThatHasEndedHasNoCount) {
  RunMeter meter(0);
  EXPECT_FALSE(meter.Read());
  EXPECT_FALSE(meter.HasNotRun({}));
}

}  // namespace
}  // namespace taskleak::platform
