// Threads that hand on: each starts the next and ends.
#ifndef TASKLEAK_TESTS_SUPPORT_CHAIN_H_
#define TASKLEAK_TESTS_SUPPORT_CHAIN_H_

#include <time.h>

#include <atomic>
#include <thread>

#include "support/repetitions.h"

namespace taskleak::testing {

/// Threads each of which starts the next and ends, until the chain is destroyed.
class Chain {
 public:
  Chain() { Start(); }
  ~Chain() {
    end_ = true;
    while (alive_ != 0) std::this_thread::yield();
  }
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

 private:
  void Start() {
    ++alive_;
    std::thread([this] {
      // A short life is the matter here, but not shorter than a look at it takes: in an emulated
      // machine that takes some milliseconds.
      const timespec pause{.tv_sec = 0, .tv_nsec = Stride() > 1 ? 20'000'000L : 100'000L};
      nanosleep(&pause, nullptr);
      if (!end_) Start();
      --alive_;
    }).detach();
  }

  std::atomic<bool> end_{false};
  std::atomic<int> alive_{0};
};

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_SUPPORT_CHAIN_H_
