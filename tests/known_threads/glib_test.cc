// GLib's own threads.
#include <gio/gio.h>

#include <gtest/gtest.h>

#include <chrono>
#include <latch>

#include "support/leaks.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::NoWait;

Options Everything() {
  Options options = NoWait();
  options.report_known = {"all"};
  return options;
}

Options ShortDrain() {
  Options options;
  options.drain = std::chrono::milliseconds(200);
  return options;
}

void CountDown(gpointer latch, gpointer) { static_cast<std::latch*>(latch)->count_down(); }

// Expects threads that the built-in list knows. The test fails if there are none.
void ExpectKnown(const Snapshot& before) {
  EXPECT_FALSE(FindLeaks(before, Everything()).empty());
  const LeakReport report = FindLeaks(before, ShortDrain());
  EXPECT_TRUE(report.empty()) << report.ToText();
}

TEST(KnownGlibTest, ThreadsThatAPoolHasGivenBackAreKnown) {
  const auto before = Snapshot::Take();
  GThreadPool* const pool = g_thread_pool_new(CountDown, nullptr, 2, FALSE, nullptr);
  std::latch done(2);
  g_thread_pool_push(pool, &done, nullptr);
  g_thread_pool_push(pool, &done, nullptr);
  done.wait();
  g_thread_pool_free(pool, FALSE, TRUE);
  ExpectKnown(before);
  g_thread_pool_stop_unused_threads();
}

TEST(KnownGlibTest, AnExclusivePoolThatIsNotFreedIsALeak) {
  const auto before = Snapshot::Take();
  GThreadPool* const pool = g_thread_pool_new(CountDown, nullptr, 1, TRUE, nullptr);
  std::latch done(1);
  g_thread_pool_push(pool, &done, nullptr);
  done.wait();
  EXPECT_EQ(FindLeaks(before, ShortDrain()).unit_count(), 1U);
  g_thread_pool_free(pool, FALSE, TRUE);
}

TEST(KnownGlibTest, AJobThatStillRunsInAPoolIsALeak) {
  const auto before = Snapshot::Take();
  std::latch begun(1);
  std::latch end(1);
  struct Latches {
    std::latch* begun;
    std::latch* end;
  } latches{&begun, &end};
  GThreadPool* const pool = g_thread_pool_new(
      [](gpointer job, gpointer) {
        static_cast<Latches*>(job)->begun->count_down();
        static_cast<Latches*>(job)->end->wait();
      },
      nullptr, 1, FALSE, nullptr);
  g_thread_pool_push(pool, &latches, nullptr);
  begun.wait();
  EXPECT_EQ(FindLeaks(before, ShortDrain()).unit_count(), 1U);
  end.count_down();
  g_thread_pool_free(pool, FALSE, TRUE);
}

TEST(KnownGlibTest, TheWorkerOfAFileMonitorIsKnown) {
  const auto before = Snapshot::Take();
  GFile* const folder = g_file_new_for_path("/");
  GFileMonitor* const monitor =
      g_file_monitor_directory(folder, G_FILE_MONITOR_NONE, nullptr, nullptr);
  ASSERT_NE(monitor, nullptr);
  ExpectKnown(before);
  g_object_unref(monitor);
  g_object_unref(folder);
}

}  // namespace
}  // namespace taskleak
