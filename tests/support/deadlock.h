// Two threads that wait for each other for ever.
#ifndef TASKLEAK_TESTS_SUPPORT_DEADLOCK_H_
#define TASKLEAK_TESTS_SUPPORT_DEADLOCK_H_

#include <mutex>
#include <thread>

/// Never returns: the calling thread and another one each hold a mutex and wait for the other's.
inline void Deadlock() {
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

#endif  // TASKLEAK_TESTS_SUPPORT_DEADLOCK_H_
