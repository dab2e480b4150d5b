// GLib's own threads.
#include <gio/gio.h>
#include <pthread.h>

#include <gtest/gtest.h>

#include <latch>

#include "known_threads/expect_known.h"
#include "taskleak/verify.h"

namespace {

struct Work {
  Work() {
    g_mutex_init(&mutex);
    g_cond_init(&condition);
  }
  GMutex mutex;
  GCond condition;
  bool there = false;
};

}  // namespace

// The program's own, and named as GLib's functions are.
extern "C" void* g_wait_for_work(void* argument) {
  Work& work = *static_cast<Work*>(argument);
  g_mutex_lock(&work.mutex);
  while (!work.there) {
    const gint64 limit = g_get_monotonic_time() + G_TIME_SPAN_HOUR;
    g_cond_wait_until(&work.condition, &work.mutex, limit);
  }
  g_mutex_unlock(&work.mutex);
  return nullptr;
}

namespace taskleak {
namespace {

using testing::ExpectKnown;
using testing::ShortDrain;

void CountDown(gpointer latch, gpointer) { static_cast<std::latch*>(latch)->count_down(); }

// How many threads GLib keeps for the next pool. One that it keeps runs the jobs of the next test,
// and is older than that.
struct Kept {
  explicit Kept(int threads) { g_thread_pool_set_max_unused_threads(threads); }
  ~Kept() { g_thread_pool_set_max_unused_threads(0); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
};

TEST(KnownGlibTest, ThreadsThatAPoolHasGivenBackAreKnown) {
  const Kept kept(2);
  g_thread_pool_set_max_idle_time(
      600'000);  // milliseconds: longer than a look takes on any machine
  const auto before = Snapshot::Take();
  GThreadPool* const pool = g_thread_pool_new(CountDown, nullptr, 2, FALSE, nullptr);
  std::latch done(2);
  g_thread_pool_push(pool, &done, nullptr);
  g_thread_pool_push(pool, &done, nullptr);
  done.wait();
  g_thread_pool_free(pool, FALSE, TRUE);
  ExpectKnown(before);
}

TEST(KnownGlibTest, AnExclusivePoolThatIsNotFreedIsALeak) {
  const Kept kept(0);
  const auto before = Snapshot::Take();
  GThreadPool* const pool = g_thread_pool_new(CountDown, nullptr, 1, TRUE, nullptr);
  std::latch done(1);
  g_thread_pool_push(pool, &done, nullptr);
  done.wait();
  EXPECT_EQ(FindLeaks(before, ShortDrain()).unit_count(), 1U);
  g_thread_pool_free(pool, FALSE, TRUE);
}

TEST(KnownGlibTest, AJobThatStillRunsInAPoolIsALeak) {
  const Kept kept(0);
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

TEST(KnownGlibTest, AThreadOfTheProgramThatIsNamedAlikeIsALeak) {
  const auto before = Snapshot::Take();
  Work work;
  pthread_t worker{};
  ASSERT_EQ(pthread_create(&worker, nullptr, g_wait_for_work, &work), 0);
  pthread_setname_np(worker, "pool-own");
  EXPECT_EQ(FindLeaks(before, ShortDrain()).unit_count(), 1U);
  g_mutex_lock(&work.mutex);
  work.there = true;
  g_cond_signal(&work.condition);
  g_mutex_unlock(&work.mutex);
  pthread_join(worker, nullptr);
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
