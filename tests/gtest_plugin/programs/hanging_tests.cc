// Tests that never return, each holding something that a report might need.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include "support/threads.h"

namespace {

[[noreturn]] void WaitForEver() {
  for (;;) pause();
}

TEST(Hanging, WaitsForACondition) {
  LeaveThread("bystander");
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock<std::mutex> lock(mutex);
  for (;;) never.wait(lock);
}

TEST(Hanging, WaitsForAMutex) {
  static std::mutex mutex;
  static Worker* const never_destroyed = new Worker("bystander");
  static_cast<void>(never_destroyed);
  std::thread holder([] {
    mutex.lock();
    WaitForEver();
  });
  while (mutex.try_lock()) {
    mutex.unlock();
    std::this_thread::yield();
  }
  mutex.lock();
  holder.join();
}

TEST(Hanging, DeadlocksWithAnotherThread) {
  static std::mutex ours;
  static std::mutex theirs;
  const std::lock_guard<std::mutex> lock(ours);
  std::thread other([] {
    const std::lock_guard<std::mutex> first(theirs);
    const std::lock_guard<std::mutex> second(ours);
  });
  while (theirs.try_lock()) {
    theirs.unlock();
    std::this_thread::yield();
  }
  theirs.lock();
  other.join();
}

TEST(Hanging, JoinsAThreadThatNeedsItsLock) {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  std::thread([] { const std::lock_guard<std::mutex> second(mutex); }).join();
}

TEST(Hanging, LoadsALibraryWhoseConstructorHangs) {
  EXPECT_EQ(dlopen(std::getenv("LOAD"), RTLD_NOW), nullptr);
}

TEST(Hanging, HoldsTheLockOfTheListOfLibraries) {
  dl_iterate_phdr([](dl_phdr_info*, std::size_t, void*) -> int { WaitForEver(); }, nullptr);
}

struct HangsInSuiteSetUp : testing::Test {
  static void SetUpTestSuite() { WaitForEver(); }
};
TEST_F(HangsInSuiteSetUp, First) {}

struct HangsInSuiteTearDown : testing::Test {
  static void TearDownTestSuite() { WaitForEver(); }
};
TEST_F(HangsInSuiteTearDown, First) {}
TEST_F(HangsInSuiteTearDown, Second) {}

class HangsAfterATest : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo&) override { WaitForEver(); }
};
TEST(Hanging, InAListenerAtItsEnd) {
  testing::UnitTest::GetInstance()->listeners().Append(new HangsAfterATest);
}

// Hangs where the environment variable HANG_IN_ENVIRONMENT says.
class HangingEnvironment : public testing::Environment {
  static void HangIn(std::string_view where) {
    const char* const wanted = std::getenv("HANG_IN_ENVIRONMENT");
    if (wanted != nullptr && wanted == where) WaitForEver();
  }
  void SetUp() override { HangIn("SetUp"); }
  void TearDown() override { HangIn("TearDown"); }
};
const testing::Environment* const environment =
    testing::AddGlobalTestEnvironment(new HangingEnvironment);
TEST(Environment, IsThere) { EXPECT_NE(environment, nullptr); }

class HangsOnFailure : public testing::EmptyTestEventListener {
  void OnTestPartResult(const testing::TestPartResult&) override { WaitForEver(); }
};
TEST(Hanging, HoldsGoogleTestsOwnLock) {
  testing::UnitTest::GetInstance()->listeners().Append(new HangsOnFailure);
  ADD_FAILURE() << "printed before the hang";
}

}  // namespace
