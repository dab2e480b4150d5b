// A process that has used up a resource. Threads are created, joined and detached as without hooks,
// and the report says what is not known.
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <threads.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <latch>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/thread_birth.h"
#include "support/leaks.h"
#include "taskleak/task.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace {

using ::testing::HasSubstr;
using testing::NoWait;

void* Return(void* value) { return value; }

// Checks the result of every call, which must be that of the plain function.
void UseThreadsInEveryWay() {
  static const timespec far{.tv_sec = 1L << 40, .tv_nsec = 0};
  pthread_t thread = 0;
  for (const auto& join : std::vector<int (*)(pthread_t)>{
           [](pthread_t t) { return pthread_join(t, nullptr); },
           [](pthread_t t) { return pthread_detach(t); },
           [](pthread_t t) { return pthread_timedjoin_np(t, nullptr, &far); },
       }) {
    ASSERT_EQ(pthread_create(&thread, nullptr, Return, nullptr), 0);
    EXPECT_EQ(join(thread), 0);
  }
  thrd_t c11_thread = 0;
  const auto seven = [](void*) { return 7; };
  ASSERT_EQ(thrd_create(&c11_thread, seven, nullptr), thrd_success);
  int value = 0;
  EXPECT_EQ(thrd_join(c11_thread, &value), thrd_success);
  EXPECT_EQ(value, 7);
}

// Uses up the keys for thread-specific data, each with a value in the calling thread.
class AllKeys {
 public:
  AllKeys() {
    pthread_key_t key = 0;
    while (pthread_key_create(&key, nullptr) == 0) keys_.push_back(key);
    SetValues();
  }
  ~AllKeys() {
    for (const pthread_key_t key : keys_) pthread_key_delete(key);
  }
  AllKeys(const AllKeys&) = delete;
  AllKeys& operator=(const AllKeys&) = delete;

  void SetValues() const {
    for (const pthread_key_t& key : keys_) pthread_setspecific(key, &key);
  }
  void ExpectValues() const {
    for (const pthread_key_t& key : keys_) EXPECT_EQ(pthread_getspecific(key), &key) << key;
  }

 private:
  std::vector<pthread_key_t> keys_;
};

TEST(ExhaustionTest, WithoutKeysThreadsAreRecordedAndTheProgramsValuesAreItsOwn) {
  const AllKeys keys;
  const auto before = Snapshot::Take();
  UseThreadsInEveryWay();
  std::latch latch(1);
  std::jthread thread([&latch] { latch.wait(); });
  Options options;
  options.drain = std::chrono::milliseconds(50);
  const LeakReport report = FindLeaks(before, options);
  latch.count_down();
  ASSERT_EQ(report.unit_count(), 1U) << report.ToText();
  EXPECT_FALSE(report.groups[0].first().created_by.empty());
  keys.ExpectValues();
}

TEST(ExhaustionTest, WithoutKeysTasksAreRecordedAndTheProgramsValuesAreItsOwn) {
  const AllKeys keys;
  const auto before = Snapshot::Take();
  const auto work = [&keys] {
    keys.SetValues();
    std::vector<Task> tasks;
    for (int i = 0; i < 200; ++i) tasks.emplace_back("job");
    for (Task& task : tasks) const Task::Run run(task);
    const Task kept = std::move(tasks.back());
    tasks.clear();
    for (int i = 0; i < 200; ++i) Tracked("another", [] {})();
    keys.ExpectValues();
  };
  work();
  std::thread(work).join();
  const Task left("left behind");
  const LeakReport report = FindLeaks(before, NoWait());
  ASSERT_EQ(report.unit_count(), 1U) << report.ToText();
  EXPECT_EQ(report.groups[0].first().name, "left behind");
}

// Sets a limit of the process as long as this object lives.
class Limit {
 public:
  Limit(decltype(RLIMIT_AS) which, rlim_t value) : which_(which) {
    EXPECT_EQ(getrlimit(which_, &before_), 0);
    rlimit now = before_;
    now.rlim_cur = value;
    EXPECT_EQ(setrlimit(which_, &now), 0);
  }
  ~Limit() { setrlimit(which_, &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  decltype(RLIMIT_AS) which_;
  rlimit before_{};
};

TEST(ExhaustionTest, WithoutDescriptorsThreadsAreRecorded) {
  const auto before = Snapshot::Take();
  std::latch latch(1);
  std::jthread thread;
  {
    const Limit limit(RLIMIT_NOFILE, 0);
    EXPECT_EQ(open("/dev/null", O_RDONLY), -1);
    UseThreadsInEveryWay();
    thread = std::jthread([&latch] { latch.wait(); });
  }
  Options options;
  options.drain = std::chrono::milliseconds(50);
  const LeakReport report = FindLeaks(before, options);
  latch.count_down();
  ASSERT_EQ(report.unit_count(), 1U) << report.ToText();
  EXPECT_FALSE(report.groups[0].first().created_by.empty());
}

// This runs in a forked child, which has none of its parent's descriptors for looks.
TEST(ExhaustionTest, WithoutDescriptorsAThreadThatWasNotJoinedIsAdopted) {
  const auto child = [] {
    {
      const Limit limit(RLIMIT_NOFILE, 0);
      const AllowLeaks allow("kept");
      pthread_t thread = 0;
      pthread_create(&thread, nullptr, Return, nullptr);
    }
    while (registry::CountUnjoined() == 0) std::this_thread::yield();
    _exit(registry::FindUnjoined(0).empty() ? 0 : 1);
  };
  EXPECT_EXIT(child(), ::testing::ExitedWithCode(0), "");
}

// Threads with stacks that are allocated before, so that their creation maps no memory.
class Crew {
 public:
  static constexpr std::size_t kStackSize = std::size_t{128} << 10;  // the least on aarch64

  explicit Crew(std::size_t count) : count_(count), threads_(count) {
    stacks_ = mmap(nullptr, count * kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                   -1, 0);
    EXPECT_NE(stacks_, MAP_FAILED);
  }
  ~Crew() { munmap(stacks_, count_ * kStackSize); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Returns the number of threads that could be created.
  std::size_t Create(std::latch& latch) {
    const auto wait = [](void* end) -> void* {
      static_cast<std::latch*>(end)->wait();
      return end;
    };
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    while (created_ < count_) {
      char* const stack = static_cast<char*>(stacks_) + created_ * kStackSize;
      EXPECT_EQ(pthread_attr_setstack(&attributes, stack, kStackSize), 0);
      if (pthread_create(&threads_[created_], &attributes, wait, &latch) != 0) break;
      ++created_;
    }
    pthread_attr_destroy(&attributes);
    return created_;
  }
  void Join(std::latch& latch) {
    for (std::size_t i = 0; i < created_; ++i) {
      void* value = nullptr;
      EXPECT_EQ(pthread_join(threads_[i], &value), 0);
      EXPECT_EQ(value, &latch);
    }
  }

 private:
  std::size_t count_;
  std::vector<pthread_t> threads_;
  void* stacks_ = nullptr;
  std::size_t created_ = 0;
};

TEST(ExhaustionTest, WithoutMemoryThreadsRunAllTheSameAndTheReportSaysThatTheyAreNotRecorded) {
  constexpr std::size_t kMany = 300;  // more than there are records ready
  Crew crew(kMany);
  std::latch latch(1);
  const auto before = Snapshot::Take();
  const std::uint64_t unrecorded = registry::CountUnrecorded();
  // The allocator has the memory that the creation of a thread needs.
  for (auto& block : std::vector<std::unique_ptr<char[]>>(4 * kMany))
    block = std::make_unique<char[]>(256);
  std::size_t created = 0;
  {
    const Limit limit(RLIMIT_AS, 0);
    EXPECT_EQ(mmap(nullptr, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), MAP_FAILED);
    created = crew.Create(latch);
  }
  EXPECT_GT(created, 150U);
  EXPECT_GT(registry::CountUnrecorded(), unrecorded);
  const LeakReport report = FindLeaks(before, NoWait());
  latch.count_down();
  crew.Join(latch);
  EXPECT_EQ(report.unit_count(), created);
  EXPECT_THAT(report.ToText(), HasSubstr("there was no memory to record the creation of"));
}

TEST(ExhaustionTest, AThreadThatCannotBeCreatedIsNoBirth) {
  const registry::ThreadTotals before = registry::CountThreadsEver();
  {
    const Limit limit(RLIMIT_AS, 0);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, std::size_t{1} << 30);
    pthread_t thread = 0;
    EXPECT_EQ(pthread_create(&thread, &attributes, Return, nullptr), EAGAIN);
    pthread_attr_destroy(&attributes);
  }
  const registry::ThreadTotals after = registry::CountThreadsEver();
  EXPECT_EQ(after.born - before.born, after.ended - before.ended);
  EXPECT_FALSE(registry::HasPendingBirths());
}

// This runs in a forked child. The limit counts all threads of a user, and does not apply to root.
TEST(ExhaustionTest, WithoutAnyMoreThreadsTheResultsAreThoseOfThePlainFunctions) {
  const auto child = [] {
    constexpr uid_t kNobody = 65534;
    if (getuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) _exit(2);
    const Limit limit(RLIMIT_NPROC, 0);
    pthread_t thread = 0;
    thrd_t c11_thread = 0;
    const bool right = pthread_create(&thread, nullptr, Return, nullptr) == EAGAIN &&
                       thrd_create(
                           &c11_thread, [](void*) { return 0; }, nullptr) == thrd_error &&
                       !registry::HasPendingBirths();
    _exit(right ? 0 : 1);
  };
  EXPECT_EXIT(child(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace taskleak
