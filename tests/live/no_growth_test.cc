#include "taskleak/live/no_growth.h"

#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "support/threads.h"
#include "taskleak/live/gtest.h"
#include "taskleak/task.h"

namespace taskleak::live {
namespace {

using ::testing::HasSubstr;

[[gnu::noinline]] Task Subscribe() { return Task("subscription"); }

template <typename Statement>
std::string FailureOf(std::size_t runs, Statement statement) {
  for (GrowthCheck check(runs, "statement"); check.Next();) {
    if (!check.InStatement()) return check.failure();
    statement();
  }
  return {};
}

TEST(NoGrowthTest, ALeakInEachRunIsToldWithItsCreator) {
  std::vector<Task> left;
  const std::string failure = FailureOf(48, [&] { left.push_back(Subscribe()); });
  EXPECT_THAT(failure, HasSubstr("grow with each run (48 runs): statement\n"));
  EXPECT_THAT(failure, HasSubstr(", now 48 tasks \"subscription\"\n    created by\n"));
  EXPECT_THAT(failure, HasSubstr("Subscribe()"));
}

TEST(NoGrowthTest, ALeakInSomeRunsIsFoundToo) {
  std::vector<Task> left;
  int run = 0;
  EXPECT_THAT(FailureOf(60,
                        [&] {
                          if (++run % 5 == 0) left.push_back(Subscribe());
                        }),
              HasSubstr("tasks \"subscription\""));
}

TEST(NoGrowthTest, ThreadsThatStayAreToldWithTheirStack) {
  std::vector<std::unique_ptr<Worker>> left;
  EXPECT_THAT(FailureOf(24, [&] { left.push_back(std::make_unique<Worker>("left")); }),
              HasSubstr("Worker::Run("));
}

TEST(NoGrowthTest, DescriptorsThatStayAreTold) {
  std::vector<int> left;
  EXPECT_THAT(FailureOf(24, [&] { left.push_back(dup(STDIN_FILENO)); }),
              HasSubstr(" descriptors: "));
  for (const int fd : left) close(fd);
}

TEST(NoGrowthTest, WhatEndsWithEachRunIsNoGrowth) {
  EXPECT_EQ(FailureOf(48,
                      [] {
                        const Task task = Subscribe();
                        const Worker worker("brief");
                      }),
            "");
}

TEST(NoGrowthTest, APoolThatWarmsUpIsNoGrowth) {
  std::vector<std::unique_ptr<Worker>> pool;
  EXPECT_EQ(FailureOf(100,
                      [&] {
                        if (pool.size() < 8) pool.push_back(std::make_unique<Worker>("pool"));
                      }),
            "");
}

TEST(NoGrowthTest, WhatEndsALittleLaterIsNoGrowth) {
  EXPECT_EQ(FailureOf(24,
                      [] {
                        std::thread([] {
                          std::this_thread::sleep_for(std::chrono::milliseconds(50));
                        }).detach();
                      }),
            "");
}

TEST(ExpectNoGrowthTest, FailsTheTestWithTheStatement) {
  static std::vector<Task> left;
  EXPECT_NONFATAL_FAILURE(EXPECT_NO_GROWTH(24, left.push_back(Subscribe())) << "streamed",
                          "(24 runs): left.push_back(Subscribe())");
  left.clear();
}

TEST(ExpectNoGrowthTest, PassesWithoutGrowthAndRunsAsOftenAsAsked) {
  int runs = 0;
  // [use]
  EXPECT_NO_GROWTH(50, {
    const Task task = Subscribe();
    ++runs;
  });
  // [/use]
  EXPECT_EQ(runs, 50);
}

}  // namespace
}  // namespace taskleak::live
