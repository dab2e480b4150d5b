// Calls that wait for another thread, all of them by futex(2).
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <latch>
#include <semaphore>

#include "capture/calls.h"

namespace taskleak::capture {
namespace {

long Futex(std::atomic<int>* word, int operation, const timespec* timeout, unsigned bits) {
  return syscall(SYS_futex, word, operation, 0, timeout, nullptr, bits);
}

}  // namespace

void AddFutex(Calls& calls) {
  static std::atomic<int> word{0};
  Add(
      calls, "futex wait", {SYS_futex},
      [] { return Futex(&word, FUTEX_WAIT_PRIVATE, nullptr, 0) == 0; },
      [] {
        word = 1;
        syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
      });
  static std::atomic<int> idle{0};
  Add(calls, "futex wait with timeout", {SYS_futex}, [] {
    return LastsItsTime(
        [] { return Futex(&idle, FUTEX_WAIT_PRIVATE, &kTime, 0) == -1 && errno == ETIMEDOUT; });
  });
  Add(calls, "futex bitset wait until", {SYS_futex}, [] {
    return LastsItsTime([] {
      const timespec until = Later(CLOCK_MONOTONIC);
      return Futex(&idle, FUTEX_WAIT_BITSET_PRIVATE, &until, FUTEX_BITSET_MATCH_ANY) == -1 &&
             errno == ETIMEDOUT;
    });
  });
}

void AddPosixThreads(Calls& calls) {
  static sem_t semaphore;
  static sem_t idle_semaphore;
  sem_init(&semaphore, 0, 0);
  sem_init(&idle_semaphore, 0, 0);
  Add(
      calls, "sem_wait", {SYS_futex}, [] { return sem_wait(&semaphore) == 0; },
      [] { sem_post(&semaphore); });
  Add(calls, "sem_timedwait", {SYS_futex}, [] {
    return LastsItsTime([] {
      const timespec until = Later(CLOCK_REALTIME);
      return sem_timedwait(&idle_semaphore, &until) == -1 && errno == ETIMEDOUT;
    });
  });
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  Add(
      calls, "pthread_mutex_lock", {SYS_futex},
      [] { return pthread_mutex_lock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0; },
      [] { pthread_mutex_unlock(&mutex); });
  static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
  static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  static bool ready = false;
  static int wakes = 0;
  Add(
      calls, "pthread_cond_wait", {SYS_futex},
      [] {
        pthread_mutex_lock(&guard);
        // NOLINTNEXTLINE(bugprone-infinite-loop): the other thread sets it
        for (; !ready; ++wakes) pthread_cond_wait(&condition, &guard);
        pthread_mutex_unlock(&guard);
        return wakes == 1;
      },
      [] {
        pthread_mutex_lock(&guard);
        ready = true;
        pthread_cond_signal(&condition);
        pthread_mutex_unlock(&guard);
      });
  static pthread_mutex_t idle_guard = PTHREAD_MUTEX_INITIALIZER;
  static pthread_cond_t idle_condition = PTHREAD_COND_INITIALIZER;
  Add(calls, "pthread_cond_timedwait", {SYS_futex}, [] {
    return LastsItsTime([] {
      const timespec until = Later(CLOCK_REALTIME);
      pthread_mutex_lock(&idle_guard);
      const int result = pthread_cond_timedwait(&idle_condition, &idle_guard, &until);
      pthread_mutex_unlock(&idle_guard);
      return result == ETIMEDOUT;
    });
  });
  static Pipe pipe;
  // Created here: a sanitizer blocks on the way through pthread_create as well.
  static pthread_t reader;
  pthread_create(
      &reader, nullptr,
      [](void*) -> void* {
        char c = 0;
        return read(pipe.in(), &c, 1) == 1 ? &pipe : nullptr;
      },
      nullptr);
  Add(
      calls, "pthread_join", {SYS_futex},
      [] {
        void* result = nullptr;
        return pthread_join(reader, &result) == 0 && result == &pipe;
      },
      [] { pipe.Put(); });
}

void AddStandardLibrary(Calls& calls) {
  static std::promise<int> promise;
  static std::promise<int> idle;
  Add(
      calls, "future::wait", {SYS_futex}, [] { return promise.get_future().get() == 1; },
      [] { promise.set_value(1); });
  Add(calls, "future::wait_for", {SYS_futex}, [] {
    return LastsItsTime([] {
      return idle.get_future().wait_for(std::chrono::seconds(kSeconds)) ==
             std::future_status::timeout;
    });
  });
  static std::counting_semaphore<1000> semaphore{0};
  Add(
      calls, "counting_semaphore", {SYS_futex}, [] { return semaphore.acquire(), true; },
      [] { semaphore.release(); });
  static std::latch latch{1};
  Add(
      calls, "latch", {SYS_futex}, [] { return latch.wait(), true; }, [] { latch.count_down(); });
  static std::atomic<int> word{0};
  Add(
      calls, "atomic::wait", {SYS_futex}, [] { return word.wait(0), word == 1; },
      [] {
        word = 1;
        word.notify_one();
      });
}

}  // namespace taskleak::capture
