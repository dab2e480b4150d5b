// Scopes around a leak: which of them blame a test, and which do not.
#include <sys/prctl.h>

#include <filesystem>
#include <fstream>
#include <latch>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/leaks.h"
#include "support/parked_thread.h"
#include "taskleak/test_run.h"
#include "taskleak/verify.h"

namespace taskleak::run {
namespace {

using taskleak::testing::BlockedThread;
using taskleak::testing::NoWait;
using taskleak::testing::ParkedThread;
using ::testing::HasSubstr;

TEST(CheckScopeTest, WhatATestReportsTheSuiteDoesNot) {
  const Snapshot before = Snapshot::Take();
  const ParkedThread leaked;
  leaked.AwaitAsleep();
  EXPECT_THAT(CheckScopeSince(before, "Suite.Test", NoWait()).value_or(""),
              HasSubstr("1 leak, 1 thread still alive"));
  EXPECT_EQ(CheckScopeSince(before, "Suite", NoWait()), std::nullopt);
}

TEST(CheckScopeTest, WhatTwoTestsReportTheSuiteDoesNot) {
  const Snapshot suite = Snapshot::Take();
  const ParkedThread first;
  first.AwaitAsleep();
  EXPECT_TRUE(CheckScopeSince(suite, "Suite.First", NoWait()));
  const Snapshot before_second = Snapshot::Take();
  const ParkedThread second;
  second.AwaitAsleep();
  EXPECT_TRUE(CheckScopeSince(before_second, "Suite.Second", NoWait()));
  EXPECT_EQ(CheckScopeSince(suite, "Suite", NoWait()), std::nullopt);
}

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(CheckScopeTest, TheJsonReportOfACleanTestSaysWhatWasAllowed) {
  const ParkedThread first;  // with which a sanitizer's own thread begins
  const std::string path =
      (std::filesystem::temp_directory_path() / ("allowed-" + std::to_string(getpid()))).string();
  Options options = NoWait();
  options.json = path;
  const Snapshot before = Snapshot::Take();
  std::unique_ptr<ParkedThread> kept;
  {
    const AllowLeaks allow("the client keeps it");
    kept = std::make_unique<ParkedThread>();
  }
  EXPECT_EQ(CheckScopeSince(before, "Suite.Test", options), std::nullopt);
  EXPECT_THAT(ReadAll(path), HasSubstr("AllowLeaks adopted 1 thread: the client keeps it"));
  std::filesystem::remove(path);
}

TEST(CheckScopeTest, WhatASuppressionHidesInATestTheSuiteIsNotBlamedFor) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("hidden-" + std::to_string(getpid()))).string();
  std::ofstream(path) << "thread_name:hidden test=Suite.Test\n";
  Options options = NoWait();
  options.suppressions = {path};
  const Snapshot before = Snapshot::Take();
  std::latch latch(1);
  const BlockedThread leaked(
      [&latch] {
        prctl(PR_SET_NAME, "hidden");
        latch.wait();
      },
      [&latch] { latch.count_down(); });
  leaked.AwaitCall(SYS_futex);
  EXPECT_EQ(CheckScopeSince(before, "Suite.Test", options), std::nullopt);
  EXPECT_EQ(CheckScopeSince(before, "Suite", options), std::nullopt);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace taskleak::run
