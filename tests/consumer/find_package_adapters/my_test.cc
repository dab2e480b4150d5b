#include <gtest/gtest.h>

#include <cstdlib>

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

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  // Otherwise Boost.Fiber would wait for the fiber until it ends.
  std::_Exit(RUN_ALL_TESTS());
}
