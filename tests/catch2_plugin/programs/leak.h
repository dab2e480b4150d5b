// What the programs' tests leave behind.
#ifndef TASKLEAK_TESTS_CATCH2_PLUGIN_PROGRAMS_LEAK_H_
#define TASKLEAK_TESTS_CATCH2_PLUGIN_PROGRAMS_LEAK_H_

#include <pthread.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>

/// Leaves a thread of this name behind.
inline void Leak(const std::string& name) {
  std::promise<void> named;
  std::thread([&named, name] {
    pthread_setname_np(pthread_self(), name.c_str());
    named.set_value();
    std::promise<void>().get_future().wait();
  }).detach();
  named.get_future().wait();
}

/// A thread that its owner ends.
class Worker {
 public:
  explicit Worker(const std::string& name)
      : thread_([future = stop_.get_future()] { future.wait(); }) {
    pthread_setname_np(thread_.native_handle(), name.c_str());
  }
  ~Worker() {
    stop_.set_value();
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  std::promise<void> stop_;
  std::thread thread_;
};

#endif  // TASKLEAK_TESTS_CATCH2_PLUGIN_PROGRAMS_LEAK_H_
