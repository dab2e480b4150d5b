// A thread that a test gives orders to.
#ifndef TASKLEAK_TESTS_SUPPORT_SERVANT_H_
#define TASKLEAK_TESTS_SUPPORT_SERVANT_H_

#include <pthread.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

namespace taskleak::testing {

/// A thread that does what it is asked to do, one thing after the other.
class Servant {
 public:
  explicit Servant(const char* name) : thread_([this, name] { Serve(name); }) {
    Do([] {});  // it has its name
  }
  ~Servant() { End(); }
  Servant(const Servant&) = delete;
  Servant& operator=(const Servant&) = delete;

  /// Returns when it is done.
  void Do(std::function<void()> work) {
    work_ = std::move(work);
    turn_.store(1);
    turn_.notify_all();
    turn_.wait(1);
  }
  /// It starts another one that stays.
  std::unique_ptr<Servant> Start(const char* name) {
    std::unique_ptr<Servant> other;
    Do([&] { other = std::make_unique<Servant>(name); });
    return other;
  }
  void End() {
    if (!thread_.joinable()) return;
    Do({});
    thread_.join();
  }

 private:
  void Serve(const char* name) {
    pthread_setname_np(pthread_self(), name);
    for (bool more = true; more;) {
      turn_.wait(0);
      more = work_ != nullptr;
      if (more) work_();
      turn_.store(0);
      turn_.notify_all();
    }
  }

  std::function<void()> work_;
  std::atomic<int> turn_{0};
  std::thread thread_;
};

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_SUPPORT_SERVANT_H_
