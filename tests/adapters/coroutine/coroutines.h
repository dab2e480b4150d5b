// Coroutine types of the usual kinds, tracked.
#ifndef TASKLEAK_TESTS_ADAPTERS_COROUTINE_COROUTINES_H_
#define TASKLEAK_TESTS_ADAPTERS_COROUTINE_COROUTINES_H_

#include <coroutine>
#include <exception>
#include <utility>

#include "support/coroutines.h"
#include "taskleak/coroutine.h"

namespace taskleak::testing {

/// Starts when it is awaited, and at its end resumes the coroutine that awaits it, by symmetric
/// transfer.
class Lazy {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  struct ResumeContinuation {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle handle) const noexcept;
    void await_resume() const noexcept {}
  };

  struct promise_type : TrackedPromise<promise_type> {
    Lazy get_return_object() { return Lazy(Handle::from_promise(*this)); }
    auto initial_suspend() { return Initial(std::suspend_always()); }
    auto final_suspend() noexcept { return Final(ResumeContinuation()); }
    void return_value(int v) { value = v; }
    void unhandled_exception() { exception = std::current_exception(); }

    int value = 0;
    std::exception_ptr exception;
    std::coroutine_handle<> continuation = std::noop_coroutine();
  };

  explicit Lazy(Handle handle) : handle_(handle) {}
  Lazy(Lazy&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Lazy(const Lazy&) = delete;
  Lazy& operator=(const Lazy&) = delete;
  ~Lazy() {
    if (handle_) handle_.destroy();
  }

  void Start() { handle_.resume(); }
  [[nodiscard]] bool Done() const { return handle_.done(); }
  /// Gives the coroutine away: this object does not destroy it any more.
  Handle Release() { return std::exchange(handle_, nullptr); }

  struct Awaiter {
    Handle handle;

    [[nodiscard]] bool await_ready() const { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> awaiting) {
      handle.promise().continuation = awaiting;
      handle.promise().SetAwaitedBy(awaiting);
      return handle;
    }
    int await_resume() {
      if (handle.promise().exception) std::rethrow_exception(handle.promise().exception);
      return handle.promise().value;
    }
  };
  auto operator co_await() { return Awaiter{handle_}; }

 private:
  Handle handle_;
};

inline std::coroutine_handle<> Lazy::ResumeContinuation::await_suspend(
    Handle handle) const noexcept {
  return handle.promise().continuation;
}

using ::Event;
using Detached = DetachedOf<TrackedPromise>;
using Generator = GeneratorOf<TrackedPromise>;

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_ADAPTERS_COROUTINE_COROUTINES_H_
