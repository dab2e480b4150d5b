#include <pthread.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "story.h"

namespace stories {
namespace {

/// Keeps a copy of the settings, and a thread that waits for them to change.
class Subscription {
 public:
  Subscription() : thread_([this] { Wait(); }) {}
  ~Subscription() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  [[nodiscard]] std::size_t SettingCount() const { return settings_.size(); }

 private:
  void Wait() {
    pthread_setname_np(pthread_self(), "cron-settings");
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return ended_; });
  }

  const std::vector<std::string> settings_{1000, "a setting that is some bytes long"};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

class CronDaemon : public Story {
 public:
  explicit CronDaemon(Form form) : form_(form) { Subscribe(); }

  void Serve() override { RunJob(); }

 private:
  void RunJob() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (form_ == Form::kLeaky) Subscribe();
    settings_read_ += subscriptions_.back()->SettingCount();
  }

  void Subscribe() { subscriptions_.push_back(std::make_unique<Subscription>()); }

  const Form form_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
  std::size_t settings_read_ = 0;
};

}  // namespace

std::unique_ptr<Story> MakeCronDaemon(Form form) { return std::make_unique<CronDaemon>(form); }

}  // namespace stories
