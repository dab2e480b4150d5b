// Threads for the test programs, which leave some of them behind.
#ifndef TASKLEAK_TESTS_SUPPORT_THREADS_H_
#define TASKLEAK_TESTS_SUPPORT_THREADS_H_

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <thread>

/// A thread named `name` that waits until the worker is destroyed. It is waiting, or about to, when
/// the constructor returns.
class Worker {
 public:
  explicit Worker(const char* name) : thread_([this, name] { Run(name); }) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return running_; });
  }
  ~Worker() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  void Run(const char* name) {
    pthread_setname_np(pthread_self(), name);
    std::unique_lock<std::mutex> lock(mutex_);
    running_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return stopping_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

/// Starts a worker that is never stopped. It stays reachable, so leak checkers for memory do not
/// report it.
inline void LeaveThread(const char* name) {
  struct Left {
    Worker worker;
    Left* next;
  };
  static Left* all = nullptr;
  all = new Left{Worker(name), all};
}

#endif  // TASKLEAK_TESTS_SUPPORT_THREADS_H_
