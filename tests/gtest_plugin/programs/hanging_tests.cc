// Tests that never return, each holding something that a report might need.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <future>
#include <mutex>
#include <string_view>
#include <thread>

#include "support/deadlock.h"
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

TEST(Hanging, DeadlocksWithAnotherThread) { Deadlock(); }

TEST(Hanging, JoinsAThreadThatNeedsItsLock) {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  std::thread([] { const std::lock_guard<std::mutex> second(mutex); }).join();
}

// A circle that the test's thread is not part of but waits for, while another thread works on.
TEST(Hanging, JoinsAThreadOfACircleWhileAnotherRuns) {
  static std::mutex first;
  static std::mutex second;
  static std::atomic<int> holding{0};
  const auto lock_both = [](std::mutex& mine, std::mutex& others) {
    const std::lock_guard<std::mutex> lock(mine);
    ++holding;
    while (holding.load() < 2) std::this_thread::yield();
    const std::lock_guard<std::mutex> never(others);
  };
  std::thread busy([] {
    for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  });
  std::thread other([&] { lock_both(first, second); });
  std::thread([&] { lock_both(second, first); }).join();
}

// Each sleeps now and then for as long as a look could take it for the end.
TEST(Slow, IsWokenByAThreadThatSleepsFirst) {
  std::promise<void> promise;
  std::thread wakes([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    promise.set_value();
  });
  promise.get_future().wait();
  wakes.join();
}

TEST(Slow, IsWokenByAChildOverAPipe) {
  std::promise<void> promise;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    usleep(2'500'000);
    _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
  }
  std::thread reads([&] {
    char byte = 0;
    EXPECT_EQ(read(ends[0], &byte, 1), 1);
    promise.set_value();
  });
  promise.get_future().wait();
  reads.join();
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
}

TEST(Slow, IsWokenByAHandlerOfATimer) {
  static sem_t semaphore;
  ASSERT_EQ(sem_init(&semaphore, 0, 0), 0);
  signal(SIGALRM, [](int) { sem_post(&semaphore); });
  alarm(3);
  while (sem_wait(&semaphore) != 0) {
  }
  signal(SIGALRM, SIG_DFL);
}

TEST(Slow, IsWokenByATimeLimit) {
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock<std::mutex> lock(mutex);
  changed.wait_for(lock, std::chrono::milliseconds(2500), [] { return false; });
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
