// Correct programs with threads that are still there when the test ends, and then end by
// themselves.
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace corpus {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

template <typename Function>
void Go(Function function) {
  std::thread(std::move(function)).detach();
}

TEST(Late, EndsAfterATenthOfASecond) {
  Go([] { std::this_thread::sleep_for(milliseconds(100)); });
}

// A checker that waits for 431 ms blames this test twenty times out of twenty.
TEST(Late, EndsAfterSixTenthsOfASecond) {
  Go([] { std::this_thread::sleep_for(milliseconds(600)); });
}

// It takes longer than the drain, but it uses the processor.
TEST(Late, ComputesForLongerThanTheDrain) {
  Go([] {
    const auto end = Clock::now() + milliseconds(1300);
    while (Clock::now() < end) {
    }
  });
}

void SleepAndDescend(int levels) {
  std::this_thread::sleep_for(milliseconds(30));
  if (levels > 0) SleepAndDescend(levels - 1);
}

// It takes longer than the drain, but each look sees it at a new place.
TEST(Late, WorksStepByStepForLongerThanTheDrain) {
  Go([] { SleepAndDescend(45); });
}

void RunGeneration(int generations) {
  std::this_thread::sleep_for(milliseconds(60));
  if (generations > 0) Go([generations] { RunGeneration(generations - 1); });
}

TEST(Late, EachThreadStartsItsSuccessorBeforeItEnds) {
  Go([] { RunGeneration(6); });
}

TEST(Late, AThreadStartsManyAndEnds) {
  Go([] {
    for (int i = 0; i < 50; ++i) Go([] { std::this_thread::sleep_for(milliseconds(20)); });
  });
}

TEST(Late, TwoHundredEndAtOnce) {
  const auto gate = std::make_shared<std::promise<void>>();
  const std::shared_future<void> open = gate->get_future().share();
  for (int i = 0; i < 200; ++i) Go([open] { open.wait(); });
  Go([gate] { gate->set_value(); });
}

struct Worker {
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> stopping{false};
  std::promise<void> checked;
};

// The notification comes between the check and the wait, which has a time limit.
TEST(Late, ALostWakeupDelaysTheEnd) {
  const auto worker = std::make_shared<Worker>();
  auto checked = worker->checked.get_future();
  const auto notified = std::make_shared<std::promise<void>>();
  Go([worker, notified] {
    std::unique_lock lock(worker->mutex);
    while (!worker->stopping) {
      worker->checked.set_value();
      notified->get_future().wait();
      worker->changed.wait_for(lock, milliseconds(500));
    }
  });
  checked.wait();
  worker->stopping = true;
  worker->changed.notify_all();
  notified->set_value();
}

TEST(Late, ThePollingIntervalDelaysTheEnd) {
  const auto worker = std::make_shared<Worker>();
  Go([worker] {
    while (!worker->stopping) std::this_thread::sleep_for(milliseconds(150));
  });
  worker->stopping = true;
}

TEST(Late, AMutexIsReleasedAfterTheTest) {
  const auto mutex = std::make_shared<std::mutex>();
  std::promise<void> locked;
  auto is_locked = locked.get_future();
  Go([mutex, locked = std::move(locked)]() mutable {
    const std::lock_guard lock(*mutex);
    locked.set_value();
    std::this_thread::sleep_for(milliseconds(200));
  });
  is_locked.wait();
  Go([mutex] { const std::lock_guard lock(*mutex); });
}

// Each waits for the other's mutex, but gives up.
TEST(Late, ACircleOfTimedLocksResolves) {
  struct Shared {
    std::timed_mutex a;
    std::timed_mutex b;
    std::promise<void> has_a;
    std::promise<void> has_b;
  };
  const auto shared = std::make_shared<Shared>();
  Go([shared] {
    const std::lock_guard lock(shared->a);
    shared->has_a.set_value();
    shared->has_b.get_future().wait();
    if (shared->b.try_lock_for(milliseconds(200))) shared->b.unlock();
  });
  Go([shared] {
    const std::lock_guard lock(shared->b);
    shared->has_b.set_value();
    shared->has_a.get_future().wait();
    if (shared->a.try_lock_for(milliseconds(300))) shared->a.unlock();
  });
}

TEST(Late, AThreadLocalDestructorTakesItsTime) {
  struct Slow {
    ~Slow() { std::this_thread::sleep_for(milliseconds(150)); }
    int uses = 0;
  };
  Go([] {
    thread_local Slow slow;
    ++slow.uses;
  });
}

TEST(Late, AnObjectsOwnThreadReleasesIt) {
  struct Session : std::enable_shared_from_this<Session> {
    void Begin() {
      thread = std::thread(
          [self = shared_from_this()] { std::this_thread::sleep_for(milliseconds(50)); });
    }
    ~Session() { thread.detach(); }  // in that thread
    std::thread thread;
  };
  std::make_shared<Session>()->Begin();
}

TEST(Late, AThreadDetachesItself) {
  pthread_t thread{};
  ASSERT_EQ(pthread_create(
                &thread, nullptr,
                [](void*) -> void* {
                  std::this_thread::sleep_for(milliseconds(50));
                  pthread_detach(pthread_self());
                  return nullptr;
                },
                nullptr),
            0);
}

// The thread has ended, but it is joined only after the test.
TEST(Late, AnotherThreadJoinsAfterTheTest) {
  std::thread first([] {});
  Go([first = std::move(first)]() mutable {
    std::this_thread::sleep_for(milliseconds(150));
    first.join();
  });
}

TEST(Late, AnotherThreadDetachesAfterTheTest) {
  std::thread first([] {});
  Go([first = std::move(first)]() mutable {
    std::this_thread::sleep_for(milliseconds(150));
    first.detach();
  });
}

TEST(Late, AValueIsSetAtThreadExit) {
  std::promise<int> answer;
  auto future = answer.get_future();
  Go([answer = std::move(answer)]() mutable { answer.set_value_at_thread_exit(42); });
  EXPECT_EQ(future.get(), 42);
}

TEST(Late, AConditionIsNotifiedAtThreadExit) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
  };
  const auto shared = std::make_shared<Shared>();
  Go([shared] {
    std::unique_lock lock(shared->mutex);
    shared->done = true;
    std::notify_all_at_thread_exit(shared->changed, std::move(lock));
  });
  std::unique_lock lock(shared->mutex);
  shared->changed.wait(lock, [&shared] { return shared->done; });
}

TEST(Late, AThreadIsBornDetached) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread{};
  EXPECT_EQ(pthread_create(
                &thread, &attributes, [](void*) -> void* { pthread_exit(nullptr); }, nullptr),
            0);
  pthread_attr_destroy(&attributes);
}

}  // namespace
}  // namespace corpus
