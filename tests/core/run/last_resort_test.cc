// How long the last resort waits for the full report.
#include "run/last_resort.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

namespace taskleak::run {
namespace {

using std::chrono::milliseconds;

constexpr int kReturned = 7;
constexpr int kEndedByTheLastResort = 1;

// Returns the exit code of a process whose report takes as long as `report`.
int ExitOf(milliseconds grace, const std::function<void()>& report) {
  const pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    LastResort last_resort("", grace);
    last_resort.EndSoon();
    report();
    _exit(kReturned);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void RunFor(milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

TEST(LastResortTest, AReportThatRunsGetsMoreTime) {
  EXPECT_EQ(ExitOf(milliseconds(1000), [] { RunFor(milliseconds(1500)); }), kReturned);
}

// It sleeps for less than a report that runs would get, so it would return if it got that, too.
TEST(LastResortTest, AReportThatIsStuckDoesNot) {
  EXPECT_EQ(ExitOf(milliseconds(1000), [] { std::this_thread::sleep_for(milliseconds(4000)); }),
            kEndedByTheLastResort);
}

TEST(LastResortTest, AReportThatRunsForEverIsNotWaitedFor) {
  EXPECT_EQ(ExitOf(milliseconds(100), [] { RunFor(std::chrono::hours(1)); }),
            kEndedByTheLastResort);
}

}  // namespace
}  // namespace taskleak::run
