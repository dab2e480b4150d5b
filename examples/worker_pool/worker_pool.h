#ifndef EXAMPLES_WORKER_POOL_WORKER_POOL_H_
#define EXAMPLES_WORKER_POOL_WORKER_POOL_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace pool {

/// A fixed number of threads that run jobs in the order in which they were submitted.
///
/// The workers own the pool together with its users, so a job may outlive the code that submitted
/// it. The price: dropping the last pointer does not end the workers. Call Stop().
///
/// Thread-safe, except that Stop() is called once, by a thread that is not a worker.
class WorkerPool {
 public:
  using Job = std::function<void()>;

  /// Starts a pool with `threads` workers.
  static std::shared_ptr<WorkerPool> Start(int threads);

  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void Submit(Job job);
  /// Returns when every job submitted so far has run.
  void Wait();
  /// Runs the jobs that are still queued, then ends and joins the workers.
  void Stop();

 private:
  WorkerPool() = default;

  void Run();

  std::mutex mutex_;
  std::condition_variable work_to_do_;
  std::condition_variable all_done_;
  std::deque<Job> queue_;  // guarded by mutex_, like the next two
  int running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace pool

#endif  // EXAMPLES_WORKER_POOL_WORKER_POOL_H_
