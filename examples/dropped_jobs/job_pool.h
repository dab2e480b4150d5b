// A pool that runs jobs in its threads, as many programs have one.
#ifndef EXAMPLES_DROPPED_JOBS_JOB_POOL_H_
#define EXAMPLES_DROPPED_JOBS_JOB_POOL_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

class JobPool {
 public:
  explicit JobPool(int threads);
  /// Waits for the jobs that have been started, and drops the others.
  ~JobPool();
  JobPool(const JobPool&) = delete;
  JobPool& operator=(const JobPool&) = delete;

  void Submit(std::function<void()> function);
  /// Starts no more jobs from now on.
  void Stop();
  /// Waits until all jobs that were submitted are done.
  void Finish();

 private:
  using Job = std::function<void()>;

  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<Job*> queue_;  // owned
  int unfinished_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

#endif  // EXAMPLES_DROPPED_JOBS_JOB_POOL_H_
