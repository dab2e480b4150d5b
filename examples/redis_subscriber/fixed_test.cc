// The same as leaky_test.cc, but a subscription ends with the job that needs it.
#include <atomic>

#include <gtest/gtest.h>

#include "redis_server.h"
#include "subscription.h"

namespace {

std::atomic<bool> g_cancelled = false;
std::atomic<int> g_settings = 0;

void RunJob(int port) {
  const jobs::Subscription cancel(port, "cancel", [](const std::string&) { g_cancelled = true; });
  // ... the job's work, until it is done or cancelled
}

TEST(JobTest, RunsEachMinute) {
  const RedisServer server;
  const jobs::Subscription settings(server.port(), "settings",
                                    [](const std::string&) { ++g_settings; });
  for (int run = 0; run < 5; ++run) RunJob(server.port());
  EXPECT_FALSE(g_cancelled);
}

}  // namespace
