#include <thread>

#include <gtest/gtest.h>

#include "wait_for_hours.h"

namespace consumer {

TEST(ConsumerTest, LeavesAThread) { std::thread(WaitForHours).detach(); }

}  // namespace consumer
