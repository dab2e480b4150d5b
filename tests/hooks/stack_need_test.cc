// Measures how much more of the caller's stack the hooks need than the plain functions.
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hooks/stack_need.h"
#include "linux/look/copy_signal.h"
#include "registry/read_locks.h"
#include "registry/thread_birth.h"

namespace taskleak {
namespace {

using testing::PaintedStack;
using testing::StackNeed;

constexpr std::size_t kMostMore = 1024;

// The functions that a program calls.
struct Functions {
  decltype(&pthread_create) create = pthread_create;
  decltype(&pthread_join) join = pthread_join;
  int (*detach)(pthread_t) = pthread_detach;
  int (*tryjoin)(pthread_t, void**) = pthread_tryjoin_np;
  decltype(&pthread_timedjoin_np) timedjoin = pthread_timedjoin_np;
  decltype(&pthread_clockjoin_np) clockjoin = pthread_clockjoin_np;
  decltype(&thrd_create) c11_create = thrd_create;
  decltype(&thrd_join) c11_join = thrd_join;
  decltype(&thrd_detach) c11_detach = thrd_detach;
};

template <typename Function>
void FindNext(Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
  ASSERT_NE(function, nullptr) << name;
}

Functions WithoutHooks() {
  Functions plain;
  FindNext(plain.create, "pthread_create");
  FindNext(plain.join, "pthread_join");
  FindNext(plain.detach, "pthread_detach");
  FindNext(plain.tryjoin, "pthread_tryjoin_np");
  FindNext(plain.timedjoin, "pthread_timedjoin_np");
  FindNext(plain.clockjoin, "pthread_clockjoin_np");
  FindNext(plain.c11_create, "thrd_create");
  FindNext(plain.c11_join, "thrd_join");
  FindNext(plain.c11_detach, "thrd_detach");
  return plain;
}

void* Return(void* value) { return value; }
int ReturnInC11(void*) { return 0; }

pthread_t Create(const Functions& functions) {
  pthread_t thread = 0;
  EXPECT_EQ(functions.create(&thread, nullptr, Return, nullptr), 0);
  return thread;
}

// One call to measure. Only the call runs on the painted stack; `prepare` runs on another stack
// before.
struct Way {
  std::string name;
  std::function<pthread_t(const Functions&)> prepare;
  std::function<void(const Functions&, pthread_t&)> call;
};

std::vector<Way> Ways() {
  static const timespec far{.tv_sec = 1L << 40, .tv_nsec = 0};
  const auto none = [](const Functions&) { return pthread_t{0}; };
  return {
      {"pthread_create", none,
       [](const Functions& f, pthread_t& t) { f.create(&t, nullptr, Return, nullptr); }},
      {"pthread_join", Create, [](const Functions& f, pthread_t& t) { f.join(t, nullptr); }},
      {"pthread_detach", Create, [](const Functions& f, pthread_t& t) { f.detach(t); }},
      {"pthread_tryjoin_np", Create,
       [](const Functions& f, pthread_t& t) {
         while (f.tryjoin(t, nullptr) == EBUSY) {
         }
       }},
      {"pthread_timedjoin_np", Create,
       [](const Functions& f, pthread_t& t) { f.timedjoin(t, nullptr, &far); }},
      {"pthread_clockjoin_np", Create,
       [](const Functions& f, pthread_t& t) { f.clockjoin(t, nullptr, CLOCK_MONOTONIC, &far); }},
      {"thrd_create", none,
       [](const Functions& f, pthread_t& t) { f.c11_create(&t, ReturnInC11, nullptr); }},
      {"thrd_join", Create, [](const Functions& f, pthread_t& t) { f.c11_join(t, nullptr); }},
      {"thrd_detach", Create, [](const Functions& f, pthread_t& t) { f.c11_detach(t); }},
  };
}

// Measures in a process of its own, so that the call is its first one.
template <typename Measure>
std::size_t InChild(Measure measure) {
  void* const shared =
      mmap(nullptr, sizeof(std::size_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::bad_alloc();
  auto* const result = new (shared) std::size_t{0};
  const pid_t child = fork();
  if (child == 0) {
    *result = measure();
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  const std::size_t found = *result;
  munmap(shared, sizeof(std::size_t));
  return found;
}

std::size_t NeedOf(const Way& way, const Functions& functions, int earlier_calls) {
  return InChild([&] {
    for (int i = 0; i < earlier_calls; ++i) {
      pthread_t thread = way.prepare(functions);
      way.call(functions, thread);
    }
    pthread_t thread = way.prepare(functions);
    return StackNeed([&] { way.call(functions, thread); });
  });
}

void ExpectLittleMore(int earlier_calls) {
  const Functions plain = WithoutHooks();
  for (const Way& way : Ways()) {
    const std::size_t without = NeedOf(way, plain, earlier_calls);
    const std::size_t with = NeedOf(way, Functions(), earlier_calls);
    EXPECT_GT(without, 0U) << way.name;
    EXPECT_LE(with, without + kMostMore) << way.name;
    ::testing::Test::RecordProperty(
        way.name, std::to_string(with) + " instead of " + std::to_string(without));
  }
}

TEST(StackNeedTest, FirstCallsNeedLittleMoreThanThePlainFunctions) { ExpectLittleMore(0); }

TEST(StackNeedTest, LaterCallsNeedLittleMoreThanThePlainFunctions) { ExpectLittleMore(3); }

TEST(StackNeedTest, SoDoCallsThatAreNotRecorded) {
  registry::SetRecording(false);
  ExpectLittleMore(0);
  registry::SetRecording(true);
}

TEST(StackNeedTest, RecordedReadLocksNeedLittleMoreThanThePlainFunctions) {
  static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  const auto need_of = [](decltype(&pthread_rwlock_rdlock) read,
                          decltype(&pthread_rwlock_unlock) unlock) {
    return InChild([=] {
      return StackNeed([=] {
        read(&lock);
        unlock(&lock);
      });
    });
  };
  decltype(&pthread_rwlock_rdlock) read = nullptr;
  decltype(&pthread_rwlock_unlock) unlock = nullptr;
  FindNext(read, "pthread_rwlock_rdlock");
  FindNext(unlock, "pthread_rwlock_unlock");
  registry::RecordReadLocks(true);
  EXPECT_LE(need_of(pthread_rwlock_rdlock, pthread_rwlock_unlock),
            need_of(read, unlock) + kMostMore);
  registry::RecordReadLocks(false);
}

// Uses most of the stack below where it begins.
void* UseMuch(void* value) {
  char deep[64 << 10];
  asm volatile("" : : "r"(deep) : "memory");  // exists
  deep[0] = 0;
  asm volatile("" : : "r"(deep) : "memory");
  return value;
}

// Returns how much of its stack a thread uses, from its start to its end.
std::size_t NeedOfThread(decltype(&pthread_create) create, void* (*routine)(void*)) {
  return InChild([=] {
    PaintedStack stack;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    EXPECT_EQ(pthread_attr_setstack(&attributes, stack.begin(), PaintedStack::size()), 0);
    pthread_t thread = 0;
    EXPECT_EQ(create(&thread, &attributes, routine, nullptr), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    return stack.Used();
  });
}

TEST(StackNeedTest, AThreadItselfHasNearlyAllOfItsStack) {
  for (void* (*const routine)(void*) : {Return, UseMuch}) {
    const std::size_t without = NeedOfThread(WithoutHooks().create, routine);
    const std::size_t with = NeedOfThread(pthread_create, routine);
    EXPECT_LE(with, without + kMostMore);
    RecordProperty(routine == Return ? "short thread" : "deep thread",
                   std::to_string(with) + " instead of " + std::to_string(without));
  }
}

// A thread that waits far below its first frames, so that a handler's frame is the lowest.
class DeepThread {
 public:
  DeepThread() {
    EXPECT_EQ(pipe(pipe_), 0);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    EXPECT_EQ(pthread_attr_setstack(&attributes, stack_.begin(), PaintedStack::size()), 0);
    EXPECT_EQ(pthread_create(&thread_, &attributes, Run, this), 0);
    pthread_attr_destroy(&attributes);
    while (tid_.load() == 0) sched_yield();
  }
  DeepThread(const DeepThread&) = delete;
  DeepThread& operator=(const DeepThread&) = delete;

  [[nodiscard]] int tid() const { return tid_.load(); }
  /// Ends the thread. Returns how much of its stack it has used.
  std::size_t End() {
    close(pipe_[1]);
    pthread_join(thread_, nullptr);
    close(pipe_[0]);
    return stack_.Used();
  }

 private:
  static void* Run(void* self) {
    static_cast<DeepThread*>(self)->Wait();
    return nullptr;
  }
  [[gnu::noinline]] void Wait() {
    char deep[64 << 10];
    asm volatile("" : : "r"(deep) : "memory");  // exists
    tid_.store(gettid());
    char byte = 0;
    while (read(pipe_[0], &byte, 1) == -1) {
    }
  }

  PaintedStack stack_;
  pthread_t thread_ = 0;
  int pipe_[2] = {-1, -1};
  std::atomic<int> tid_{0};
};

std::size_t NeedOfEmptyHandler() {
  static std::atomic<bool> handled{false};
  struct sigaction action {};
  struct sigaction before {};
  action.sa_sigaction = [](int, siginfo_t*, void*) { handled.store(true); };
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  EXPECT_EQ(sigaction(platform::kCopySignal, &action, &before), 0);
  DeepThread thread;
  EXPECT_EQ(tgkill(getpid(), thread.tid(), platform::kCopySignal), 0);
  while (!handled.load()) sched_yield();
  sigaction(platform::kCopySignal, &before, nullptr);
  return thread.End();
}

std::size_t NeedOfCopyHandler() {
  EXPECT_EQ(platform::InstallCopyHandler(), std::nullopt);
  DeepThread thread;
  const platform::Patience patience(thread.tid(), std::chrono::seconds(10));
  EXPECT_TRUE(platform::RequestCopy(thread.tid(), patience) == platform::Answer::kCopied);
  platform::RemoveCopyHandler();
  return thread.End();
}

TEST(StackNeedTest, TheSignalsHandlerNeedsLittleMoreThanAnEmptyOne) {
  const std::size_t without = NeedOfEmptyHandler();
  const std::size_t with = NeedOfCopyHandler();
  EXPECT_LE(with, without + kMostMore);
  RecordProperty("handler", std::to_string(with) + " instead of " + std::to_string(without));
}

}  // namespace
}  // namespace taskleak
