// All that is alive, without rules.
#include "taskleak/alive.h"

#include <unistd.h>

#include <algorithm>
#include <latch>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/parked_thread.h"
#include "taskleak/internal/own_thread.h"
#include "taskleak/task.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ParkedThread;
using ::testing::StartsWith;

bool Has(const LeakReport& report, UnitKind kind, std::int64_t id) {
  for (const LeakGroup& group : report.groups) {
    for (const Unit& unit : group.units) {
      if (unit.kind == kind && unit.id == id) return true;
    }
  }
  return false;
}

TEST(FindAliveTest, ListsWhatWasAdoptedAndWhatARuleWouldIgnore) {
  const ParkedThread parked;
  const Task task("kept");
  AdoptCurrent();
  const LeakReport report = FindAlive();
  EXPECT_TRUE(Has(report, UnitKind::kThread, parked.tid()));
  EXPECT_TRUE(Has(report, UnitKind::kTask, task.id()));
  EXPECT_EQ(report.verdict, Verdict::kAlive);
  EXPECT_TRUE(report.everything);  // until it is removed
}

TEST(FindAliveTest, ListsTheMainThreadButNotItsCaller) {
  LeakReport report;
  int caller = 0;
  std::thread([&] {
    caller = gettid();
    report = FindAlive();
  }).join();
  EXPECT_TRUE(Has(report, UnitKind::kThread, getpid()));
  EXPECT_FALSE(Has(report, UnitKind::kThread, caller));
}

TEST(FindAliveTest, NeverListsTaskleaksOwnThreads) {
  std::thread([] {}).join();  // ThreadSanitizer starts a thread with it
  std::latch end(1);
  const std::size_t before = FindAlive().unit_count();
  internal::OwnThread own("taskleak-test", [&] { end.wait(); });
  EXPECT_EQ(FindAlive().unit_count(), before);
  end.count_down();
  own.Join();
}

TEST(FindAliveTest, TheReportCountsWhatIsAliveAndJudgesNothing) {
  const Task task("kept");
  const LeakReport report = FindAlive();
  EXPECT_THAT(report.ToText(), StartsWith("alive: "));
  EXPECT_THAT(report.ToText(), Not(HasSubstr("ignore:")));
  EXPECT_THAT(report.ToJson(), HasSubstr("\"verdict\": \"alive\""));
  EXPECT_THAT(report.ToJson(), HasSubstr("\"leaks\": 0"));
}

}  // namespace
}  // namespace taskleak
