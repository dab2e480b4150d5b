#include <gtest/gtest.h>

#include "units.h"

namespace consumer {

// None of them is ever destroyed.
TEST(AdaptersTest, LeaveAllBehind) {
  TrackFibers();
  PopForHours(*new Channel(2)).detach();
  auto* const context = new boost::asio::io_context();
  ArmForHours(*new boost::asio::steady_timer(*context));
  new UvTimer();
}

}  // namespace consumer
