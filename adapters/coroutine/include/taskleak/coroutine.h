// Turns C++20 coroutines into tasks: shows which were never started, finished or destroyed, where
// they await and what awaits them.
#ifndef TASKLEAK_COROUTINE_H_
#define TASKLEAK_COROUTINE_H_

#include <coroutine>
#include <type_traits>
#include <utility>

#include "taskleak/internal/coroutine_task.h"

namespace taskleak {

namespace internal {

/// Returns the awaiter of `co_await awaitable` ([expr.await]/3), as an object or a reference.
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

/// Wraps an awaiter, and notes where its coroutine is suspended. Made by TrackedPromise and called
/// by the coroutine ([expr.await]).
template <typename Awaiter>
class TrackedAwaiter {
 public:
  /// Wraps the awaiter of `co_await awaitable`, which is at `file` and `line`.
  template <typename Awaitable>
  TrackedAwaiter(Awaitable&& awaitable, internal::CoroutineTask& task, const char* file, int line)
      : awaiter_(internal::GetAwaiter(std::forward<Awaitable>(awaitable))),
        task_(&task),
        file_(file),
        line_(line) {}

  /// Returns true if there is nothing to wait for.
  bool await_ready() noexcept(noexcept(std::declval<Awaiter&>().await_ready())) {
    return awaiter_.await_ready();
  }

  /// Suspends the coroutine of `handle`.
  template <typename Promise>
  auto await_suspend(std::coroutine_handle<Promise> handle) noexcept(
      noexcept(std::declval<Awaiter&>().await_suspend(handle))) {
    suspended_ = true;
    task_->Suspend(file_, line_);
    // From here on the coroutine may run elsewhere, and this object may be gone.
    if constexpr (noexcept(std::declval<Awaiter&>().await_suspend(handle))) {
      return awaiter_.await_suspend(handle);
    } else {
      // After an exception the coroutine was not passed on: it continues here, without
      // await_resume.
      try {
        return awaiter_.await_suspend(handle);
      } catch (...) {
        task_->Resume();
        throw;
      }
    }
  }

  /// Resumes the coroutine, and returns the result of the co_await.
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

/// Wraps the awaiter of the initial suspension of a coroutine.
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

/// Wraps the awaiter of the final suspension of a coroutine.
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

/// Turns every coroutine with the promise type `Promise`, which inherits this, into a task.
///
/// The task has the name of the coroutine's function, and lives as long as the coroutine's frame. A
/// report distinguishes coroutines that were never started, that await (with the line), that run,
/// and that have finished but were not destroyed. A suspended coroutine that is destroyed is not a
/// leak.
///
/// `Promise` must return Initial(awaiter) from initial_suspend, Final(awaiter) from final_suspend
/// and Yield(awaiter) from yield_value, with the awaiter that it would return otherwise. When it
/// stores the coroutine that continues after it, it calls SetAwaitedBy(handle), so that reports
/// show which coroutine awaits which. If it has an await_transform of its own, that must return
/// Await(...).
///
/// As thread-safe as a promise: a coroutine may move between threads. Needs C++20.
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
  /// Returns what `co_await awaitable` awaits.
  template <typename Awaitable>
  auto await_transform(Awaitable&& awaitable, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
    return Await(std::forward<Awaitable>(awaitable), file, line);
  }

 protected:
  // Records the caller of the coroutine. With optimization, this code is part of the coroutine's
  // first piece. Without it, it is part of the constructor of `Promise`, which that piece calls. In
  // that case there are frame pointers, and the word above the caller's is its return address. (GCC
  // for aarch64 has __builtin_return_address only for the function itself.)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wframe-address"
#ifdef __OPTIMIZE__
  [[gnu::always_inline]] TrackedPromise() : task_(Frame(), __builtin_return_address(0)) {}
#else
  [[gnu::always_inline]] TrackedPromise()
      : task_(Frame(), static_cast<void* const*>(__builtin_frame_address(1))[1]) {}
#endif
#pragma GCC diagnostic pop
  ~TrackedPromise() = default;
  TrackedPromise(const TrackedPromise&) = delete;
  TrackedPromise& operator=(const TrackedPromise&) = delete;

  /// Returns what an await_transform of `Promise` must return; `file` and `line` are its default
  /// arguments.
  template <typename Awaitable>
  auto Await(Awaitable&& awaitable, const char* file, int line) {
    static_assert(internal::kIsInitialAwaiter<decltype(std::declval<Promise&>().initial_suspend())>,
                  "initial_suspend() of a TrackedPromise returns Initial(...)");
    static_assert(internal::kIsFinalAwaiter<decltype(std::declval<Promise&>().final_suspend())>,
                  "final_suspend() of a TrackedPromise returns Final(...)");
    using Awaiter = decltype(internal::GetAwaiter(std::forward<Awaitable>(awaitable)));
    return TrackedAwaiter<Awaiter>(std::forward<Awaitable>(awaitable), task_, file, line);
  }

  /// Returns what initial_suspend() must return; `awaiter` is what it would return otherwise.
  template <typename Awaiter>
  auto Initial(Awaiter awaiter) {
    return internal::InitialAwaiter<Awaiter>(std::move(awaiter), task_);
  }

  /// Returns what final_suspend() must return; `awaiter` is what it would return otherwise.
  template <typename Awaiter>
  auto Final(Awaiter awaiter) noexcept {
    return internal::FinalAwaiter<Awaiter>(std::move(awaiter), task_);
  }

  /// Returns what yield_value() must return; `awaiter` is what it would return otherwise. `file`
  /// and `line` are those of the co_yield, if yield_value has them as default arguments.
  template <typename Awaiter>
  auto Yield(Awaiter awaiter, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return TrackedAwaiter<Awaiter>(std::move(awaiter), task_, file, line);
  }

 public:
  /// Notes that the coroutine of `handle` continues when this one has finished.
  template <typename Other>
  void SetAwaitedBy(std::coroutine_handle<Other> handle) {
    if constexpr (std::is_base_of_v<TrackedPromise<Other>, Other>) {
      task_.SetAwaitedBy(static_cast<TrackedPromise<Other>&>(handle.promise()).task_);
    }
  }

 private:
  template <typename>
  friend class TrackedPromise;
  friend class Continuation;

  void* Frame() {
    return std::coroutine_handle<Promise>::from_promise(static_cast<Promise&>(*this)).address();
  }

  internal::CoroutineTask task_;
};

/// Holds the coroutine that an operation of yours resumes when it is done. If this object is
/// destroyed without resuming the coroutine, nothing ever will: a tracked coroutine is then
/// reported as lost, and no drain waits for it.
///
/// Movable. One thread at a time may use it. The coroutine may be destroyed first, if it is not
/// resumed afterwards.
///
/// Example:
///   struct Reply {
///     bool await_ready() const { return done_; }
///     template <typename Promise>
///     void await_suspend(std::coroutine_handle<Promise> handle) {
///       connection_.OnReply([reply = taskleak::Continuation(handle)]() mutable { reply.Resume();
///       });
///     }
///     ...
class Continuation {
 public:
  /// Holds no coroutine.
  Continuation() = default;
  /// Holds the coroutine of `handle`.
  template <typename Promise>
  explicit Continuation(std::coroutine_handle<Promise> handle) : handle_(handle) {
    if constexpr (std::is_base_of_v<TrackedPromise<Promise>, Promise>)
      awaiting_ = static_cast<TrackedPromise<Promise>&>(handle.promise()).task_.awaiting();
  }
  /// Takes over the coroutine.
  Continuation(Continuation&& other) noexcept
      : handle_(other.Release()), awaiting_(other.awaiting_) {}
  /// Exchanges the coroutines.
  Continuation& operator=(Continuation&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(awaiting_, other.awaiting_);
    return *this;
  }
  Continuation(const Continuation&) = delete;
  Continuation& operator=(const Continuation&) = delete;
  /// Notes that nothing will resume the coroutine, if this object still holds one.
  ~Continuation() {
    if (handle_) awaiting_.Lose();
  }

  /// Resumes the coroutine and no longer holds it. There must be one.
  void Resume() { Release().resume(); }
  /// Returns the coroutine, for symmetric transfer or an executor, and no longer holds it.
  std::coroutine_handle<> Release() noexcept { return std::exchange(handle_, nullptr); }
  /// Returns whether there is a coroutine.
  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

 private:
  std::coroutine_handle<> handle_;
  internal::AwaitingTask awaiting_;
};

}  // namespace taskleak

#endif  // TASKLEAK_COROUTINE_H_
