// C++20 coroutines as tasks: which were never resumed, never finished, never destroyed, where they
// await and who awaits them.
#ifndef TASKLEAK_COROUTINE_H_
#define TASKLEAK_COROUTINE_H_

#include <coroutine>
#include <type_traits>
#include <utility>

#include "taskleak/coroutine_task.h"

namespace taskleak {

namespace internal {

/// What `co_await awaitable` calls ([expr.await]/3): an object of its own or a reference.
template <typename Awaitable>
decltype(auto) GetAwaiter(Awaitable&& awaitable) {
  if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); }) {
    return std::forward<Awaitable>(awaitable).operator co_await();
  } else if constexpr (requires { operator co_await(std::forward<Awaitable>(awaitable)); }) {
    return operator co_await(std::forward<Awaitable>(awaitable));
  } else {
    return std::forward<Awaitable>(awaitable);
  }
}

}  // namespace internal

/// An awaiter that notes where its coroutine is suspended, and does all else as the one it wraps.
/// Made by TrackedPromise, and called by the coroutine ([expr.await]).
template <typename Awaiter>
class TrackedAwaiter {
 public:
  /// Wraps what `co_await awaitable` calls; `file` and `line` are where that stands.
  template <typename Awaitable>
  TrackedAwaiter(Awaitable&& awaitable, internal::CoroutineTask& task, const char* file, int line)
      : awaiter_(internal::GetAwaiter(std::forward<Awaitable>(awaitable))),
        task_(&task),
        file_(file),
        line_(line) {}

  /// Whether there is nothing to wait for.
  bool await_ready() noexcept(noexcept(std::declval<Awaiter&>().await_ready())) {
    return awaiter_.await_ready();
  }

  /// The coroutine of `handle` is suspended.
  template <typename Promise>
  auto await_suspend(std::coroutine_handle<Promise> handle) noexcept(
      noexcept(std::declval<Awaiter&>().await_suspend(handle))) {
    suspended_ = true;
    task_->Suspend(file_, line_);
    // From here on the coroutine may run elsewhere, and this object may be gone.
    if constexpr (noexcept(std::declval<Awaiter&>().await_suspend(handle))) {
      return awaiter_.await_suspend(handle);
    } else {
      // Whoever throws has not handed the coroutine on: it goes on here, without await_resume.
      try {
        return awaiter_.await_suspend(handle);
      } catch (...) {
        task_->Resume();
        throw;
      }
    }
  }

  /// The coroutine goes on, with what this returns.
  decltype(auto) await_resume() noexcept(noexcept(std::declval<Awaiter&>().await_resume())) {
    if (suspended_) task_->Resume();
    return awaiter_.await_resume();
  }

 private:
  Awaiter awaiter_;
  internal::CoroutineTask* task_;
  const char* file_;
  int line_;
  bool suspended_ = false;
};

namespace internal {

/// The same for the first and the last suspension of a coroutine.
template <typename Awaiter>
class InitialAwaiter {
 public:
  InitialAwaiter(Awaiter awaiter, CoroutineTask& task)
      : awaiter_(std::move(awaiter)), task_(task) {}
  bool await_ready() noexcept(noexcept(awaiter_.await_ready())) { return awaiter_.await_ready(); }
  template <typename Promise>
  auto await_suspend(std::coroutine_handle<Promise> handle) noexcept(
      noexcept(std::declval<Awaiter&>().await_suspend(handle))) {
    return awaiter_.await_suspend(handle);
  }
  void await_resume() noexcept(noexcept(awaiter_.await_resume())) {
    task_.Resume();
    awaiter_.await_resume();
  }

 private:
  Awaiter awaiter_;
  CoroutineTask& task_;
};

template <typename Awaiter>
class FinalAwaiter {
 public:
  FinalAwaiter(Awaiter awaiter, CoroutineTask& task) noexcept
      : awaiter_(std::move(awaiter)), task_(task) {}
  bool await_ready() noexcept {
    task_.Finish();
    return awaiter_.await_ready();
  }
  template <typename Promise>
  auto await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    return awaiter_.await_suspend(handle);
  }
  void await_resume() noexcept { awaiter_.await_resume(); }

 private:
  Awaiter awaiter_;
  CoroutineTask& task_;
};

template <typename>
inline constexpr bool kIsInitialAwaiter = false;
template <typename Awaiter>
inline constexpr bool kIsInitialAwaiter<InitialAwaiter<Awaiter>> = true;
template <typename>
inline constexpr bool kIsFinalAwaiter = false;
template <typename Awaiter>
inline constexpr bool kIsFinalAwaiter<FinalAwaiter<Awaiter>> = true;

}  // namespace internal

/// Makes every coroutine with the promise type `Promise`, which inherits this, a task.
///
/// The task has the name of the coroutine's function, and lives as long as the coroutine's frame. A
/// report tells those that were never started, those that await (and in which line), those whose
/// code runs, and those that have finished and were not destroyed. Destroying a suspended coroutine
/// is no leak.
///
/// `Promise` returns Initial(...) and Final(...) from initial_suspend and final_suspend, with what
/// it would return otherwise, and Yield(...) from yield_value. Where it keeps who continues after
/// it, it says SetAwaitedBy(handle): then a report shows who awaits whom. A promise with an
/// await_transform of its own lets that return Await(...).
///
/// As thread-safe as a promise is: a coroutine may go from thread to thread. Needs C++20.
///
/// Example:
///   struct promise_type : taskleak::TrackedPromise<promise_type> {
///     Lazy get_return_object() { return Lazy(Handle::from_promise(*this)); }
///     auto initial_suspend() { return Initial(std::suspend_always()); }
///     auto final_suspend() noexcept { return Final(ResumeContinuation()); }
///     ...
template <typename Promise>
class TrackedPromise {
 public:
  /// What `co_await awaitable` awaits.
  template <typename Awaitable>
  auto await_transform(Awaitable&& awaitable, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
    return Await(std::forward<Awaitable>(awaitable), file, line);
  }

 protected:
  // The caller of the coroutine: with optimization this is part of the coroutine's own first piece,
  // without it of the constructor of `Promise`, which that calls (and then there are frame
  // pointers).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wframe-address"
#ifdef __OPTIMIZE__
  [[gnu::always_inline]] TrackedPromise() : task_(Frame(), __builtin_return_address(0)) {}
#else
  [[gnu::always_inline]] TrackedPromise() : task_(Frame(), __builtin_return_address(1)) {}
#endif
#pragma GCC diagnostic pop
  ~TrackedPromise() = default;
  TrackedPromise(const TrackedPromise&) = delete;
  TrackedPromise& operator=(const TrackedPromise&) = delete;

  /// What an await_transform of one's own returns; `file` and `line` are its default arguments.
  template <typename Awaitable>
  auto Await(Awaitable&& awaitable, const char* file, int line) {
    static_assert(internal::kIsInitialAwaiter<decltype(std::declval<Promise&>().initial_suspend())>,
                  "initial_suspend() of a TrackedPromise returns Initial(...)");
    static_assert(internal::kIsFinalAwaiter<decltype(std::declval<Promise&>().final_suspend())>,
                  "final_suspend() of a TrackedPromise returns Final(...)");
    using Awaiter = decltype(internal::GetAwaiter(std::forward<Awaitable>(awaitable)));
    return TrackedAwaiter<Awaiter>(std::forward<Awaitable>(awaitable), task_, file, line);
  }

  /// What initial_suspend() returns, with the awaiter that it would return otherwise.
  template <typename Awaiter>
  auto Initial(Awaiter awaiter) {
    return internal::InitialAwaiter<Awaiter>(std::move(awaiter), task_);
  }

  /// What final_suspend() returns, with the awaiter that it would return otherwise.
  template <typename Awaiter>
  auto Final(Awaiter awaiter) noexcept {
    return internal::FinalAwaiter<Awaiter>(std::move(awaiter), task_);
  }

  /// What yield_value() returns, with the awaiter that it would return otherwise; `file` and `line`
  /// of the co_yield, if yield_value has them as default arguments.
  template <typename Awaiter>
  auto Yield(Awaiter awaiter, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return TrackedAwaiter<Awaiter>(std::move(awaiter), task_, file, line);
  }

 public:
  /// The coroutine of `handle` will go on when this one has finished.
  template <typename Other>
  void SetAwaitedBy(std::coroutine_handle<Other> handle) {
    if constexpr (std::is_base_of_v<TrackedPromise<Other>, Other>) {
      task_.SetAwaitedBy(static_cast<TrackedPromise<Other>&>(handle.promise()).task_);
    }
  }

 private:
  template <typename>
  friend class TrackedPromise;

  void* Frame() {
    return std::coroutine_handle<Promise>::from_promise(static_cast<Promise&>(*this)).address();
  }

  internal::CoroutineTask task_;
};

}  // namespace taskleak

#endif  // TASKLEAK_COROUTINE_H_
