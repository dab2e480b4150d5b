// Threads that libc makes for itself are not leaks of the test that needed them. If the program's
// code runs in such a thread, it is a leak.
#include <aio.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netdb.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <latch>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/parked_thread.h"
#include "support/sanitizer.h"
#include "taskleak/verify.h"

// As in a program of Clang's, which has ThreadSanitizer's functions in itself.
namespace __sanitizer {  // NOLINT(bugprone-reserved-identifier)
[[gnu::noinline]] static void SleepUntil(const std::latch& end) {
  while (!end.try_wait()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}
}  // namespace __sanitizer
namespace __tsan {  // NOLINT(bugprone-reserved-identifier)
[[gnu::noinline]] static void BackgroundThread(const std::latch& end) {
  __sanitizer::SleepUntil(end);
  asm volatile("");  // keeps the call from becoming a jump
}
}  // namespace __tsan

namespace taskleak {
namespace {

using std::chrono::milliseconds;
using testing::BlockedThread;

constexpr const char* kTsanCrashes =
    "ThreadSanitizer crashes in a thread that libc made for itself";

// With as long a wait as the test's own limit: what is ignored is not waited for.
LeakReport Find(const Snapshot& before) {
  Options options;
  options.drain = milliseconds(600'000);
  return FindLeaks(before, options);
}

// Returns the number of threads when the entries of the built-in list are reported too.
std::size_t CountAll(const Snapshot& before) {
  Options options;
  options.drain = milliseconds(0);
  options.drain_max = milliseconds(0);
  options.report_known = {"all"};
  return FindLeaks(before, options).unit_count();
}

std::atomic<bool> g_called;

sigevent InAThread(void (*function)(sigval)) {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = function;
  return event;
}

TEST(SystemThreadsTest, TheHelperForTimersIsNoLeak) {
  const Snapshot before = Snapshot::Take();
  sigevent event = InAThread([](sigval) { g_called = true; });
  timer_t timer{};
  ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
  EXPECT_EQ(timer_delete(timer), 0);
  EXPECT_EQ(Find(before).unit_count(), 0U);
}

TEST(SystemThreadsTest, ATimersFunctionThatIsStuckIsALeak) {
  if (kUnderTsan) GTEST_SKIP() << kTsanCrashes;
  const Snapshot before = Snapshot::Take();
  static std::latch end(1);
  static std::latch begun(1);
  static std::latch gone(1);
  sigevent event = InAThread([](sigval) {
    begun.count_down();
    end.wait();
    gone.count_down();
  });
  timer_t timer{};
  ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
  const itimerspec soon = {{0, 0}, {0, 1'000'000}};
  timer_settime(timer, 0, &soon, nullptr);
  begun.wait();
  Options options;
  options.drain = milliseconds(10);
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 1U);
  end.count_down();
  gone.wait();
  timer_delete(timer);
}

TEST(SystemThreadsTest, TheHelperForMessageQueuesIsNoLeak) {
  const std::string name = "/taskleak_system_threads_" + std::to_string(getpid());
  mq_attr attributes{};
  attributes.mq_maxmsg = 1;
  attributes.mq_msgsize = 8;
  const mqd_t queue = mq_open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600, &attributes);
  if (queue == -1) GTEST_SKIP() << "no message queues here";
  mq_unlink(name.c_str());
  const Snapshot before = Snapshot::Take();
  sigevent event = InAThread([](sigval) {});
  ASSERT_EQ(mq_notify(queue, &event), 0);
  EXPECT_GT(CountAll(before), 0U);
  EXPECT_EQ(Find(before).unit_count(), 0U);
  mq_close(queue);
}

TEST(SystemThreadsTest, WorkersOfAsynchronousReadsAreNoLeak) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const Snapshot before = Snapshot::Take();
  static aiocb request{};
  static std::array<char, 1> buffer{};
  request.aio_fildes = ends[0];
  request.aio_buf = buffer.data();
  request.aio_nbytes = buffer.size();
  ASSERT_EQ(aio_read(&request), 0);
  EXPECT_GT(CountAll(before), 0U);
  EXPECT_EQ(Find(before).unit_count(), 0U);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  while (aio_error(&request) == EINPROGRESS) std::this_thread::yield();
  EXPECT_EQ(Find(before).unit_count(), 0U);
  close(ends[0]);
  close(ends[1]);
}

TEST(SystemThreadsTest, TheHelperForNamesIsNoLeak) {
  if (kUnderTsan) GTEST_SKIP() << kTsanCrashes;
  const Snapshot before = Snapshot::Take();
  static gaicb request{};
  request.ar_name = "127.0.0.1";
  std::array<gaicb*, 1> requests = {&request};
  ASSERT_EQ(getaddrinfo_a(GAI_WAIT, requests.data(), 1, nullptr), 0);
  EXPECT_EQ(Find(before).unit_count(), 0U);
  freeaddrinfo(request.ar_result);
}

// A thread of the program that looks like one of libc's helpers in everything but its code.
TEST(SystemThreadsTest, ThreadSanitizersThreadInTheProgramIsNoLeak) {
  const auto before = Snapshot::Take();
  std::latch end(1);
  const BlockedThread thread([&end] { __tsan::BackgroundThread(end); },
                             [&end] { end.count_down(); });
  const LeakReport report = Find(before);
  EXPECT_TRUE(report.empty()) << report.ToText();
  EXPECT_GE(CountAll(before), 1U);  // it is ignored, and not missed
}

TEST(SystemThreadsTest, AThreadThatBlocksAllSignalsIsALeak) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const Snapshot before = Snapshot::Take();
  const BlockedThread reader(
      [&] {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        char c = 0;
        EXPECT_EQ(read(ends[0], &c, 1), 1);
      },
      [&] { EXPECT_EQ(write(ends[1], "x", 1), 1); });
  reader.AwaitCall(SYS_read);
  Options options;
  options.drain = milliseconds(0);
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 1U);
}

class BareNameTest : public ::testing::TestWithParam<const char*> {};

TEST_P(BareNameTest, OfAKnownThreadHidesNoThreadOfTheProgram) {
  const Snapshot before = Snapshot::Take();
  std::latch end(1);
  const BlockedThread thread(
      [&] {
        prctl(PR_SET_NAME, GetParam());
        end.wait();
      },
      [&] { end.count_down(); });
  thread.AwaitCall(SYS_futex);
  Options options;
  options.drain = milliseconds(0);
  EXPECT_EQ(FindLeaks(before, options).unit_count(), 1U);
}

INSTANTIATE_TEST_SUITE_P(All, BareNameTest,
                         ::testing::Values("iou-wrk-1", "jemalloc_bg_thd", "timer_manager", "gmain",
                                           "QDBusConnection", "libuv-worker", "log_writer",
                                           "AwsHostResolver", "VM Thread"));

}  // namespace
}  // namespace taskleak
