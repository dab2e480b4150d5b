// Coroutine types that are the same whether or not a program registers its coroutines. In
// no namespace of taskleak: reports leave out taskleak's own functions.
#ifndef TASKLEAK_TESTS_SUPPORT_COROUTINES_H_
#define TASKLEAK_TESTS_SUPPORT_COROUTINES_H_

#include <coroutine>
#include <exception>
#include <utility>
#include <vector>

/// Resumes the coroutines that await it when it is set.
class Event {
 public:
  [[nodiscard]] bool await_ready() const { return set_; }
  void await_suspend(std::coroutine_handle<> handle) { waiting_.push_back(handle); }
  void await_resume() const {}
  void Set() {
    set_ = true;
    for (const auto handle : std::exchange(waiting_, {})) handle.resume();
  }

 private:
  bool set_ = false;
  std::vector<std::coroutine_handle<>> waiting_;
};

/// What taskleak::TrackedPromise offers to a promise, for promises that are not registered.
template <typename>
struct UntrackedPromise {
  template <typename Awaiter>
  static Awaiter Initial(Awaiter awaiter) {
    return awaiter;
  }
  template <typename Awaiter>
  static Awaiter Final(Awaiter awaiter) noexcept {
    return awaiter;
  }
  template <typename Awaiter>
  static Awaiter Yield(Awaiter awaiter, const char*, int) {
    return awaiter;
  }
};

/// Starts at once, and frees itself at its end. `Base` is a base of its promise.
template <template <typename> typename Base>
struct DetachedOf {
  struct promise_type : Base<promise_type> {
    DetachedOf get_return_object() { return {}; }
    auto initial_suspend() { return this->Initial(std::suspend_never()); }
    auto final_suspend() noexcept { return this->Final(std::suspend_never()); }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

/// Yields numbers. `Base` is a base of its promise.
template <template <typename> typename Base>
class GeneratorOf {
 public:
  struct promise_type : Base<promise_type> {
    GeneratorOf get_return_object() {
      return GeneratorOf(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    auto initial_suspend() { return this->Initial(std::suspend_always()); }
    auto final_suspend() noexcept { return this->Final(std::suspend_always()); }
    auto yield_value(int number, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
      value = number;
      return this->Yield(std::suspend_always(), file, line);
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
    int value = 0;
  };

  explicit GeneratorOf(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  GeneratorOf(GeneratorOf&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  GeneratorOf(const GeneratorOf&) = delete;
  GeneratorOf& operator=(const GeneratorOf&) = delete;
  ~GeneratorOf() {
    if (handle_) handle_.destroy();
  }
  bool Next() {
    handle_.resume();
    return !handle_.done();
  }
  [[nodiscard]] int value() const { return handle_.promise().value; }

 private:
  std::coroutine_handle<promise_type> handle_;
};

#endif  // TASKLEAK_TESTS_SUPPORT_COROUTINES_H_
