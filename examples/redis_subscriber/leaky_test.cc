// Each run of a job subscribes again, in a thread that cannot be stopped. A daemon that runs jobs
// every minute has one more thread and connection every minute, until it is out of memory.
#include <atomic>

#include <gtest/gtest.h>

#include "redis_server.h"
#include "subscription.h"

namespace {

std::atomic<bool> g_cancelled = false;
std::atomic<int> g_settings = 0;

void RunJob(int port) {
  jobs::SubscribeForEver(port, "cancel", [](const std::string&) { g_cancelled = true; });
  // ... the job's work, until it is done or cancelled
}

void WatchSettings(int port) {
  jobs::SubscribeForEver(port, "settings", [](const std::string&) { ++g_settings; });
}

TEST(JobTest, RunsEachMinute) {
  static const RedisServer server;
  WatchSettings(server.port());
  for (int run = 0; run < 5; ++run) RunJob(server.port());
  EXPECT_FALSE(g_cancelled);
}

}  // namespace
