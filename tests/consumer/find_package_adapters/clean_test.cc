#include <gtest/gtest.h>

#include <taskleak/tbb.h>

#include "units.h"

namespace consumer {

TEST(AdaptersTest, FinishAll) {
  TrackFibers();
  Channel channel(2);
  boost::fibers::fiber fiber = PopForHours(channel);
  channel.close();
  fiber.join();

  boost::asio::io_context context;
  boost::asio::steady_timer timer(context);
  ArmForHours(timer);
  timer.cancel();
  context.run();

  taskleak::TbbTaskGroup group;
  int jobs = 0;
  group.run([&jobs] { ++jobs; });
  group.wait();
  EXPECT_EQ(jobs, 1);

  UvTimer uv;
  EXPECT_EQ(uv.Close(), 0);
}

}  // namespace consumer
