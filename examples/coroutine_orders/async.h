// A small coroutine library: a coroutine that runs on its own, and an event to await.
#ifndef EXAMPLES_COROUTINE_ORDERS_ASYNC_H_
#define EXAMPLES_COROUTINE_ORDERS_ASYNC_H_

// [promise]
#include <taskleak/coroutine.h>

#include <coroutine>
#include <exception>

/// A coroutine that runs at once and frees itself at its end.
struct Background {
  struct promise_type : taskleak::TrackedPromise<promise_type> {
    Background get_return_object() { return {}; }
    auto initial_suspend() { return Initial(std::suspend_never()); }
    auto final_suspend() noexcept { return Final(std::suspend_never()); }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};
// [/promise]

/// Resumes the coroutine that awaits it when it is set. Only one may await it.
class Event {
 public:
  [[nodiscard]] bool await_ready() const { return set_; }
  void await_suspend(std::coroutine_handle<> handle) { waiting_ = handle; }
  void await_resume() const {}

  void Set() {
    set_ = true;
    if (waiting_) waiting_.resume();
  }

 private:
  bool set_ = false;
  std::coroutine_handle<> waiting_;
};

#endif  // EXAMPLES_COROUTINE_ORDERS_ASYNC_H_
