#include "registry/last_job.h"

#include <sys/wait.h>
#include <unistd.h>

#include <latch>
#include <string>
#include <thread>
#include <unordered_map>

#include <gtest/gtest.h>

#include "taskleak/task.h"

namespace taskleak::registry {
namespace {

TEST(LastJobTest, IsTheOneThatAThreadHasRunLastAsLongAsThatIsAlive) {
  std::latch has_run{1};
  std::latch end{1};
  int tid = 0;
  std::thread worker([&] {
    tid = gettid();
    for (const char* name : {"first", "second"}) Tracked(name, [] {})();
    has_run.count_down();
    end.wait();
  });
  has_run.wait();
  EXPECT_EQ(LastJobs()[tid], "second");
  end.count_down();
  worker.join();
  EXPECT_FALSE(LastJobs().contains(tid));
}

TEST(LastJobTest, AThreadThatHasRunNothingHasNone) {
  std::thread([] { EXPECT_FALSE(LastJobs().contains(gettid())); }).join();
}

TEST(LastJobTest, AForkedChildHasOnlyThoseOfItsOwnThreads) {
  const auto run = [](const char* name) { Tracked(name, [] {})(); };
  std::latch has_run{1};
  std::latch end{1};
  std::thread worker([&] {
    run("of the worker");
    has_run.count_down();
    end.wait();
  });
  has_run.wait();
  run("of the parent");
  const pid_t child = fork();
  if (child == 0) {
    if (!LastJobs().empty()) _exit(1);
    run("of the child");
    const std::unordered_map<int, std::string> own{{gettid(), "of the child"}};
    _exit(LastJobs() == own ? 0 : 2);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  end.count_down();
  worker.join();
}

}  // namespace
}  // namespace taskleak::registry
