#include "registry/last_job.h"

#include <unistd.h>

#include <latch>
#include <thread>

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

}  // namespace
}  // namespace taskleak::registry
