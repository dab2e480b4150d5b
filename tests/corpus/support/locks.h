// Locks that block in cases where locks of the standard library throw or have undefined behaviour.
#ifndef TASKLEAK_TESTS_CORPUS_SUPPORT_LOCKS_H_
#define TASKLEAK_TESTS_CORPUS_SUPPORT_LOCKS_H_

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <thread>

namespace corpus {

/// A mutex. If its owner locks it a second time, the owner waits for ever.
class PlainMutex {
 public:
  PlainMutex() {
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_NORMAL);
    pthread_mutex_init(&mutex_, &kind);
    pthread_mutexattr_destroy(&kind);
  }
  PlainMutex(const PlainMutex&) = delete;
  PlainMutex& operator=(const PlainMutex&) = delete;

  void lock() { pthread_mutex_lock(&mutex_); }
  void unlock() { pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t mutex_;
};

/// A lock that any thread may unlock.
class OwnerlessLock {
 public:
  void lock() { free_.acquire(); }
  void unlock() { free_.release(); }

 private:
  std::binary_semaphore free_{1};
};

/// glibc's read-write lock in the mode where readers wait behind a waiting writer.
class WriterFirstLock {
 public:
  WriterFirstLock() {
    pthread_rwlockattr_t kind;
    pthread_rwlockattr_init(&kind);
    pthread_rwlockattr_setkind_np(&kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&lock_, &kind);
    pthread_rwlockattr_destroy(&kind);
  }
  WriterFirstLock(const WriterFirstLock&) = delete;
  WriterFirstLock& operator=(const WriterFirstLock&) = delete;

  void lock() { pthread_rwlock_wrlock(&lock_); }
  void unlock() { pthread_rwlock_unlock(&lock_); }
  void lock_shared() { pthread_rwlock_rdlock(&lock_); }
  void unlock_shared() { pthread_rwlock_unlock(&lock_); }

  /// Returns when a writer waits for the lock. Call it as a reader while no writer has the lock.
  void AwaitWriter() {
    while (pthread_rwlock_tryrdlock(&lock_) == 0) {
      pthread_rwlock_unlock(&lock_);
      std::this_thread::yield();
    }
  }

 private:
  pthread_rwlock_t lock_;
};

/// A read-write lock made of a mutex that a writer keeps and readers pass through. A thread that
/// locks it once too often waits for ever.
class TurnstileLock {
 public:
  void lock() {
    turnstile_.lock();
    std::unique_lock lock(mutex_);
    while (readers_ != 0) no_readers_.wait(lock);
  }
  void unlock() { turnstile_.unlock(); }
  void lock_shared() {
    const std::lock_guard pass(turnstile_);
    const std::lock_guard lock(mutex_);
    ++readers_;
  }
  void unlock_shared() {
    const std::lock_guard lock(mutex_);
    if (--readers_ == 0) no_readers_.notify_one();
  }

 private:
  PlainMutex turnstile_;
  std::mutex mutex_;
  std::condition_variable no_readers_;
  int readers_ = 0;
};

}  // namespace corpus

#endif  // TASKLEAK_TESTS_CORPUS_SUPPORT_LOCKS_H_
