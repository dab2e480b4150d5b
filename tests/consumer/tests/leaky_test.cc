#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace consumer {

void WaitForHours() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

TEST(ConsumerTest, LeavesAThread) { std::thread(WaitForHours).detach(); }

}  // namespace consumer
