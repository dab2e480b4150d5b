#include "worker_pool.h"

#include <cstdio>
#include <exception>
#include <utility>

namespace taskleak::live {
namespace {

// Runs a job that answers a request. If there is no memory for it, the client gets no answer, and
// the service goes on.
void Run(const std::function<void()>& job) {
  try {
    job();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "taskleak: a request could not be answered: %s\n", error.what());
  }
}

}  // namespace

WorkerPool::WorkerPool(std::size_t threads, std::size_t most_queued) : most_queued_(most_queued) {
  try {
    for (std::size_t i = 0; i < threads; ++i)
      threads_.emplace_back("taskleak-http", [this] { Work(); });
  } catch (...) {
    Stop();
    throw;
  }
}

WorkerPool::~WorkerPool() { Stop(); }

WorkerPool::Taken WorkerPool::enqueue(std::function<void()> job) {
  std::unique_lock lock(mutex_);
  has_room_.wait(lock, [this] { return jobs_.size() < most_queued_ || stopping_; });
  jobs_.push_back(std::move(job));
  has_job_.notify_one();
  return static_cast<Taken>(true);
}

void WorkerPool::shutdown() { Stop(); }

void WorkerPool::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    has_job_.notify_all();
    has_room_.notify_all();
  }
  for (internal::OwnThread& thread : threads_) thread.Join();
  threads_.clear();
}

void WorkerPool::Work() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      has_job_.wait(lock, [this] { return !jobs_.empty() || stopping_; });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      has_room_.notify_one();
    }
    Run(job);
  }
}

}  // namespace taskleak::live
