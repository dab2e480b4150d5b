#include "job_pool.h"

#include <taskleak/task.h>

#include <memory>
#include <utility>

JobPool::JobPool(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

JobPool::~JobPool() {
  Stop();
  for (std::thread& thread : threads_) thread.join();
  // The jobs that are still in the queue are forgotten, with everything that they own.
}

// [track]
void JobPool::Submit(std::function<void()> function) {
  auto job = std::make_unique<Job>(taskleak::Tracked("pool job", std::move(function)));
  // [/track]
  const std::lock_guard<std::mutex> lock(mutex_);
  queue_.push(job.release());
  ++unfinished_;
  changed_.notify_one();
}

void JobPool::Stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

void JobPool::Finish() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return unfinished_ == 0; });
}

void JobPool::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const std::unique_ptr<Job> job(queue_.front());
    queue_.pop();
    lock.unlock();
    (*job)();
    lock.lock();
    --unfinished_;
    changed_.notify_all();
  }
}
