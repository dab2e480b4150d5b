// Correct programs that stop and join what they started, each in its own way.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <numeric>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corpus/support/channel.h"
#include "corpus/support/wait_group.h"

namespace corpus {
namespace {

using std::chrono::milliseconds;

/// Runs jobs in some threads until it is stopped. Then it still runs the queued jobs.
class Pool {
 public:
  explicit Pool(int workers) {
    for (int i = 0; i < workers; ++i) workers_.emplace_back([this] { Work(); });
  }
  ~Pool() { Stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void Submit(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_one();
  }
  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
    }
    for (std::thread& worker : workers_) {
      if (worker.joinable()) worker.join();
    }
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

/// It exists from before main to the destructors of static objects, so it is older than every test.
Pool& PoolOfTheProcess() {
  static Pool pool(2);
  return pool;
}
const Pool& pool_of_the_process = PoolOfTheProcess();

TEST(Joined, APoolOfTheProcessIsUsed) {
  std::promise<int> answer;
  PoolOfTheProcess().Submit([&answer] { answer.set_value(42); });
  EXPECT_EQ(answer.get_future().get(), 42);
}

class PoolOfTheRun : public testing::Environment {
 public:
  void SetUp() override { pool = std::make_unique<Pool>(2); }
  void TearDown() override { pool.reset(); }
  static inline std::unique_ptr<Pool> pool;
};
const testing::Environment* const pool_of_the_run =
    testing::AddGlobalTestEnvironment(new PoolOfTheRun);

TEST(Joined, APoolOfAnEnvironmentIsUsed) {
  std::promise<int> answer;
  PoolOfTheRun::pool->Submit([&answer] { answer.set_value(42); });
  EXPECT_EQ(answer.get_future().get(), 42);
}

class SuitePool : public testing::Test {
 protected:
  static void SetUpTestSuite() { pool = std::make_unique<Pool>(2); }
  static void TearDownTestSuite() { pool.reset(); }
  static inline std::unique_ptr<Pool> pool;
};

TEST_F(SuitePool, IsUsed) {
  std::promise<int> answer;
  pool->Submit([&answer] { answer.set_value(42); });
  EXPECT_EQ(answer.get_future().get(), 42);
}
TEST_F(SuitePool, IsNotUsed) {}

class FixturePool : public testing::Test {
 protected:
  Pool pool_{2};
};

TEST_F(FixturePool, EndsWithTheFixture) {
  pool_.Submit([] {});
}
TEST_F(FixturePool, IsThereWhenATestIsSkipped) {
  pool_.Submit([] {});
  GTEST_SKIP();
}

TEST(Joined, APoolStartsAndStopsAgainAndAgain) {
  for (int round = 0; round < 20; ++round) Pool(3).Submit([] {});
}

TEST(Joined, APoolIsStoppedTwice) {
  Pool pool(2);
  pool.Stop();
  pool.Stop();
}

TEST(Joined, AJobSubmitsJobs) {
  Pool pool(2);
  std::promise<void> done;
  pool.Submit([&] { pool.Submit([&] { pool.Submit([&] { done.set_value(); }); }); });
  done.get_future().wait();
}

TEST(Joined, TwoHundredShortThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 200; ++i) threads.emplace_back([] {});
  for (std::thread& thread : threads) thread.join();
}

TEST(Joined, ThreadsAreMovedAndSwapped) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 9; ++i) threads.emplace_back([] {});
  std::swap(threads.front(), threads.back());
  std::thread last = std::move(threads.back());
  threads.pop_back();
  for (std::thread& thread : threads) thread.join();
  last.join();
}

TEST(Joined, OneThreadJoinsTheOther) {
  std::thread first([] {});
  std::thread second([&first] { first.join(); });
  second.join();
}

TEST(Joined, AThreadThatHasLongEndedIsJoined) {
  std::promise<void> ended;
  std::thread thread([&ended] { ended.set_value_at_thread_exit(); });
  ended.get_future().wait();
  thread.join();
}

TEST(Joined, AJoinThatTimesOutIsRepeated) {
  std::promise<void> go;
  std::thread thread([&go] { go.get_future().wait(); });
  timespec soon{};
  clock_gettime(CLOCK_REALTIME, &soon);
  EXPECT_EQ(pthread_timedjoin_np(thread.native_handle(), nullptr, &soon), ETIMEDOUT);
  EXPECT_EQ(pthread_tryjoin_np(thread.native_handle(), nullptr), EBUSY);
  go.set_value();
  thread.join();
}

TEST(Joined, AThreadIsCancelledAndJoined) {
  pthread_t thread{};
  ASSERT_EQ(pthread_create(
                &thread, nullptr,
                [](void*) -> void* {
                  for (;;) pause();
                },
                nullptr),
            0);
  pthread_cancel(thread);
  EXPECT_EQ(pthread_join(thread, nullptr), 0);
}

TEST(Joined, AThreadWithASmallStack) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{128} * 1024);
  pthread_t thread{};
  ASSERT_EQ(pthread_create(
                &thread, &attributes, [](void*) -> void* { return nullptr; }, nullptr),
            0);
  EXPECT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
}

TEST(Joined, AThreadRenamesItself) {
  std::thread thread([] { pthread_setname_np(pthread_self(), "x) R 1 (\n\xff"); });
  thread.join();
}

TEST(Joined, AFutureOfAsyncIsGot) {
  EXPECT_EQ(std::async(std::launch::async, [] { return 42; }).get(), 42);
}

TEST(Joined, AFutureOfAsyncIsDropped) {
  static_cast<void>(std::async(std::launch::async, [] {}));
}

TEST(Joined, ADeferredTaskIsNeverRun) {
  static_cast<void>(std::async(std::launch::deferred, [] {}));
}

TEST(Joined, AnExceptionPassesThroughAFuture) {
  auto future = std::async(std::launch::async, [] { throw std::runtime_error("no input"); });
  EXPECT_THROW(future.get(), std::runtime_error);
}

TEST(Joined, APromiseIsBroken) {
  std::future<int> reply;
  {
    std::promise<int> promise;
    reply = promise.get_future();
  }
  std::thread thread([&reply] { EXPECT_THROW(reply.get(), std::future_error); });
  thread.join();
}

TEST(Joined, APackagedTaskRunsElsewhere) {
  std::packaged_task<int()> task([] { return 42; });
  auto future = task.get_future();
  std::thread thread(std::move(task));
  EXPECT_EQ(future.get(), 42);
  thread.join();
}

TEST(Joined, AJthreadIsAskedToStopByItsDestructor) {
  std::mutex mutex;
  std::condition_variable_any changed;
  const std::jthread thread([&](const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [] { return false; });
  });
}

TEST(Joined, AJthreadIsReplaced) {
  const auto wait = [](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
  };
  std::jthread thread(wait);
  thread = std::jthread(wait);
}

TEST(Joined, AStopCallbackWakesAReader) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  {
    const std::jthread reader([&ends](const std::stop_token& stop) {
      const std::stop_callback close_pipe(stop, [&ends] { close(ends[1]); });
      char character = 0;
      while (read(ends[0], &character, 1) > 0) {
      }
    });
  }
  close(ends[0]);
}

TEST(Joined, ProducersAndConsumersOverABoundedChannel) {
  Channel<int> numbers(2);
  std::atomic<int> sum{0};
  WaitGroup producers;
  producers.Add(3);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int number = 1; number <= 10; ++number) numbers.Send(number);
      producers.Done();
    });
    threads.emplace_back([&] {
      while (const auto number = numbers.Receive()) sum += *number;
    });
  }
  producers.Wait();
  numbers.Close();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 3 * 55);
}

TEST(Joined, FivePhilosophersTakeBothForksAtOnce) {
  std::vector<std::mutex> forks(5);
  std::vector<std::thread> philosophers;
  for (std::size_t i = 0; i < forks.size(); ++i) {
    philosophers.emplace_back([&forks, i] {
      for (int meal = 0; meal < 50; ++meal) {
        const std::scoped_lock both(forks[i], forks[(i + 1) % forks.size()]);
      }
    });
  }
  for (std::thread& philosopher : philosophers) philosopher.join();
}

TEST(Joined, AMutexIsLockedTwiceByItsOwner) {
  std::recursive_mutex mutex;
  std::thread thread([&mutex] {
    const std::lock_guard outer(mutex);
    const std::lock_guard inner(mutex);
  });
  thread.join();
}

TEST(Joined, ReadersAndWritersTakeTurns) {
  std::shared_mutex mutex;
  int value = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 100; ++turn) {
        const std::lock_guard lock(mutex);
        ++value;
      }
    });
    threads.emplace_back([&] {
      for (int turn = 0; turn < 100; ++turn) {
        const std::shared_lock lock(mutex);
        EXPECT_GE(value, 0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(value, 400);
}

TEST(Joined, RoundsOfABarrier) {
  std::barrier round(4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&round, i] {
      for (int number = 0; number < i * 5; ++number) round.arrive_and_wait();
      round.arrive_and_drop();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Joined, PermitsOfASemaphore) {
  std::counting_semaphore<2> permits(2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&permits] {
      permits.acquire();
      std::this_thread::yield();
      permits.release();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Joined, ManyInitializeOneStatic) {
  std::vector<std::thread> threads;
  std::once_flag once;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&once] {
      static const int slow = [] {
        std::this_thread::sleep_for(milliseconds(5));
        return 1;
      }();
      std::call_once(once, [] { std::this_thread::sleep_for(milliseconds(5)); });
      EXPECT_EQ(slow, 1);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace corpus
