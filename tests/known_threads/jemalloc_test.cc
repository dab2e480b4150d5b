// jemalloc's own threads.
#include <jemalloc/jemalloc.h>

#include <gtest/gtest.h>

#include <chrono>

#include "support/leaks.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

TEST(KnownJemallocTest, ItsBackgroundThreadIsKnown) {
  const auto before = Snapshot::Take();
  bool on = true;
  ASSERT_EQ(mallctl("background_thread", nullptr, nullptr, &on, sizeof on), 0);
  Options everything = testing::NoWait();
  everything.report_known = {"all"};
  EXPECT_FALSE(FindLeaks(before, everything).empty());
  Options options;
  options.drain = std::chrono::milliseconds(200);
  const LeakReport report = FindLeaks(before, options);
  EXPECT_TRUE(report.empty()) << report.ToText();
}

}  // namespace
}  // namespace taskleak
