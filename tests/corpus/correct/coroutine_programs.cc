// Correct programs with coroutines.
#include <chrono>
#include <coroutine>
#include <exception>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "taskleak/coroutine.h"

namespace corpus {
namespace {

class Numbers {
 public:
  struct promise_type : taskleak::TrackedPromise<promise_type> {
    Numbers get_return_object() { return Numbers(Handle::from_promise(*this)); }
    auto initial_suspend() { return Initial(std::suspend_always()); }
    auto final_suspend() noexcept { return Final(std::suspend_always()); }
    auto yield_value(int number) {
      last = number;
      return Yield(std::suspend_always());
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
    int last = 0;
  };
  using Handle = std::coroutine_handle<promise_type>;

  explicit Numbers(Handle handle) : handle_(handle) {}
  Numbers(Numbers&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Numbers& operator=(Numbers&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Numbers() {
    if (handle_) handle_.destroy();
  }
  int Next() {
    handle_.resume();
    return handle_.promise().last;
  }

 private:
  Handle handle_;
};

Numbers CountFrom(int first) {
  for (int number = first;; ++number) co_yield number;
}

TEST(Coroutines, AGeneratorIsDroppedBeforeItsEnd) {
  Numbers numbers = CountFrom(3);
  EXPECT_EQ(numbers.Next(), 3);
  EXPECT_EQ(numbers.Next(), 4);
}

TEST(Coroutines, AGeneratorIsNeverStarted) { const Numbers numbers = CountFrom(1); }

TEST(Coroutines, AGeneratorIsReplaced) {
  Numbers numbers = CountFrom(1);
  numbers = CountFrom(2);
  EXPECT_EQ(numbers.Next(), 2);
}

struct Detached {
  struct promise_type : taskleak::TrackedPromise<promise_type> {
    Detached get_return_object() { return {}; }
    auto initial_suspend() { return Initial(std::suspend_never()); }
    auto final_suspend() noexcept { return Final(std::suspend_never()); }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

/// Resumes the coroutine a while later, in another thread.
struct Later {
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) const {
    std::thread([handle] {
      std::this_thread::sleep_for(std::chrono::milliseconds(40));
      handle.resume();
    }).detach();
  }
  void await_resume() const {}
};

Detached GoFromThreadToThread() {
  for (int hop = 0; hop < 4; ++hop) co_await Later();
}

TEST(Coroutines, ACoroutineEndsInAnotherThreadAfterTheTest) { GoFromThreadToThread(); }

}  // namespace
}  // namespace corpus
