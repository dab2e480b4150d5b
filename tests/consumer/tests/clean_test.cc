#include <thread>

#include <gtest/gtest.h>

namespace consumer {

TEST(ConsumerTest, JoinsItsThread) {
  int result = 0;
  std::thread thread([&result] { result = 42; });
  thread.join();
  EXPECT_EQ(result, 42);
}

}  // namespace consumer
