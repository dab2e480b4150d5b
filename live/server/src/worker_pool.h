// Runs the threads that answer.
#ifndef TASKLEAK_LIVE_SERVER_SRC_WORKER_POOL_H_
#define TASKLEAK_LIVE_SERVER_SRC_WORKER_POOL_H_

#include <httplib.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "taskleak/internal/own_thread.h"

namespace taskleak::live {

/// Threads of taskleak's own with a bounded queue. When the queue is full, the thread that accepts
/// connections waits, and the kernel holds further connections. Thread-safe.
class WorkerPool : public httplib::TaskQueue {
 public:
  /// Throws std::system_error if a thread cannot be started.
  WorkerPool(std::size_t threads, std::size_t most_queued);
  ~WorkerPool() override;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Up to cpp-httplib 0.14, enqueue() returns nothing. From 0.15 on, it returns whether the job
  /// was taken.
  using Taken = decltype(std::declval<httplib::TaskQueue&>().enqueue(nullptr));

  /// Takes the job, always.
  Taken enqueue(std::function<void()> job) override;
  /// Returns when all jobs are done.
  void shutdown() override;

 private:
  void Stop();
  void Work();

  const std::size_t most_queued_;
  std::mutex mutex_;
  std::condition_variable has_job_;
  std::condition_variable has_room_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<internal::OwnThread> threads_;
};

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SERVER_SRC_WORKER_POOL_H_
