// Hooks in the executable and in a library at once.
#include <pthread.h>

#include <latch>

#include <gtest/gtest.h>

#include "hooks/programs/creator_library.h"
#include "registry/thread_birth.h"
#include "support/leaks.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using testing::NoWait;

void* Wait(void* latch) {
  static_cast<std::latch*>(latch)->wait();
  return latch;
}

TEST(TwoHooksTest, AThreadIsOneUnitWithOneCreatorAndIsJoinedOnce) {
  std::latch latch(1);
  const auto before = Snapshot::Take();
  const registry::ThreadTotals totals = registry::CountThreadsEver();
  pthread_t thread = 0;
  ASSERT_EQ(pthread_create(&thread, nullptr, Wait, &latch), 0);
  const LeakReport report = FindLeaks(before, NoWait());
  EXPECT_EQ(registry::CountThreadsEver().born, totals.born + 1);
  latch.count_down();
  ASSERT_EQ(report.unit_count(), 1U) << report.ToText();
  EXPECT_FALSE(report.groups[0].first().created_by.empty());
  while (registry::CountUnjoined() == 0) sched_yield();
  void* value = nullptr;
  EXPECT_EQ(pthread_join(thread, &value), 0);
  EXPECT_EQ(value, &latch);
  EXPECT_TRUE(FindLeaks(before, NoWait()).empty());
}

TEST(TwoHooksTest, SoIsOneThatTheLibraryCreates) {
  static std::latch latch(1);
  const auto before = Snapshot::Take();
  CreateInLibrary([](void* end) { static_cast<std::latch*>(end)->wait(); }, &latch);
  const LeakReport report = FindLeaks(before, NoWait());
  latch.count_down();
  ASSERT_EQ(report.unit_count(), 1U) << report.ToText();
  EXPECT_FALSE(report.groups[0].first().created_by.empty());
  EXPECT_TRUE(FindLeaks(before).empty());
}

}  // namespace
}  // namespace taskleak
