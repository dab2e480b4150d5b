// Turns Asio's coroutines (those that return an awaitable) into tasks.
#ifndef TASKLEAK_ASIO_COROUTINE_H_
#define TASKLEAK_ASIO_COROUTINE_H_

#include <coroutine>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "taskleak/asio_operation.h"
#include "taskleak/coroutine.h"

namespace taskleak::internal {

// Asio's two libraries have an awaitable each (taskleak/asio_replace.inc).
template <typename>
inline constexpr bool kIsAsioAwaitable = false;
template <typename>
inline constexpr bool kIsAsioToken = false;  // use_awaitable_t

/// Records, as long as it lives, for which coroutine the calling thread begins operations.
class AsioAwaitingScope {
 public:
  explicit AsioAwaitingScope(std::uint64_t serial) noexcept
      : outer_(std::exchange(t_asio_awaiting, serial)) {}
  ~AsioAwaitingScope() { t_asio_awaiting = outer_; }
  AsioAwaitingScope(const AsioAwaitingScope&) = delete;
  AsioAwaitingScope& operator=(const AsioAwaitingScope&) = delete;

 private:
  std::uint64_t outer_;
};

/// Begins an operation for a known coroutine. From Asio 1.24 on (Boost 1.80), await_suspend only
/// leaves a function behind, which begins the operation once the coroutine is suspended
/// (`resume_context` in asio/impl/awaitable.hpp).
template <typename Context>
class AsioAfterSuspend {
 public:
  void Wrap(Context* context, std::uint64_t serial) {
    function_ = std::exchange(context->after_suspend_fn_, &AsioAfterSuspend::Call);
    argument_ = std::exchange(context->after_suspend_arg_, this);
    serial_ = serial;
  }

 private:
  // The operation may be done at once in another thread, and then this object and the coroutine are
  // gone.
  static void Call(void* self) {
    const AsioAfterSuspend called = *static_cast<AsioAfterSuspend*>(self);
    const AsioAwaitingScope scope(called.serial_);
    called.function_(called.argument_);
  }

  void (*function_)(void*) = nullptr;
  void* argument_ = nullptr;
  std::uint64_t serial_ = 0;
};

/// Gives access to a protected member of Asio's promise: the place where await_suspend leaves that
/// function. Versions without such a place give nullptr.
template <typename AsioPromise>
class AsioPromiseAccess : public AsioPromise {
 public:
  auto resume_context() {
    if constexpr (requires {
                    this->resume_context_->after_suspend_fn_(
                        this->resume_context_->after_suspend_arg_);
                  }) {
      return this->resume_context_;
    } else {
      return nullptr;
    }
  }
};

/// Awaits what Asio's own promise makes of an awaited expression. Records meanwhile for which
/// coroutine operations begin. From await_suspend on, the coroutine may run elsewhere and this
/// object may be gone.
template <typename Awaiter, typename AsioPromise>
class AsioAwaiter {
 public:
  AsioAwaiter(Awaiter awaiter, std::uint64_t serial)
      : awaiter_(std::move(awaiter)), serial_(serial) {}

  bool await_ready() noexcept { return awaiter_.await_ready(); }

  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    if constexpr (kIsAsioAwaitable<Awaiter>) {
      // Asio's thread of awaitables resumes the awaited coroutine next, which records its awaiter.
      t_asio_awaiting = serial_;
      awaiter_.await_suspend(std::coroutine_handle<AsioPromise>::from_address(handle.address()));
    } else if constexpr (kHasContext) {
      auto* const context = handle.promise().resume_context();
      awaiter_.await_suspend(handle);
      if (context->after_suspend_fn_ != nullptr) after_suspend_.Wrap(context, serial_);
    } else {
      const AsioAwaitingScope scope(serial_);
      awaiter_.await_suspend(handle);
    }
  }

  decltype(auto) await_resume() {
    t_asio_awaiting = 0;
    return awaiter_.await_resume();
  }

 private:
  struct Nothing {};
  using Context = decltype(std::declval<AsioPromiseAccess<AsioPromise>&>().resume_context());
  static constexpr bool kHasContext = std::is_pointer_v<Context>;

  Awaiter awaiter_;
  std::uint64_t serial_;
  [[no_unique_address]] std::conditional_t<
      kHasContext, AsioAfterSuspend<std::remove_pointer_t<Context>>, Nothing>
      after_suspend_;
};

/// Awaits the start of a coroutine, which its awaiter or co_spawn causes.
class AsioStart : public std::suspend_always {
 public:
  explicit AsioStart(CoroutineTask& task) noexcept : task_(task) {}
  void await_resume() noexcept {
    task_.SetAwaitedBy(std::exchange(t_asio_awaiting, 0));
    task_.Resume();
  }

 private:
  CoroutineTask& task_;
};

/// Is the promise of a coroutine of the program. Asio takes it for the `AsioPromise` that it starts
/// with.
template <typename AsioPromise>
class TrackedAsioPromise : public AsioPromiseAccess<AsioPromise> {
 public:
  // This is inlined into the coroutine's first part, so its caller is the creator.
  [[gnu::always_inline]] TrackedAsioPromise()
      : task_(std::coroutine_handle<TrackedAsioPromise>::from_promise(*this).address(),
              __builtin_return_address(0)) {}

  auto initial_suspend() noexcept { return AsioStart(task_); }
  auto final_suspend() noexcept {
    return FinalAwaiter<decltype(AsioPromise::final_suspend())>(AsioPromise::final_suspend(),
                                                                task_);
  }

  template <typename Awaitable>
  auto await_transform(Awaitable&& awaitable, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
    using Awaiter =
        AsioAwaiter<decltype(AsioPromise::await_transform(std::forward<Awaitable>(awaitable))),
                    AsioPromise>;
    return TrackedAwaiter<Awaiter>(
        Awaiter(AsioPromise::await_transform(std::forward<Awaitable>(awaitable)), task_.serial()),
        task_, file, line);
  }

 private:
  CoroutineTask task_;
};

/// Is the promise of Asio's own coroutine, which begins an operation for the coroutine that awaits
/// it.
template <typename AsioPromise>
class InitiatingAsioPromise : public AsioPromiseAccess<AsioPromise> {
 public:
  template <typename Awaitable>
  auto await_transform(Awaitable&& awaitable) {
    using Awaiter = decltype(AsioPromise::await_transform(std::forward<Awaitable>(awaitable)));
    return AsioAwaiter<Awaiter, AsioPromise>(
        AsioPromise::await_transform(std::forward<Awaitable>(awaitable)),
        std::exchange(t_asio_awaiting, 0));
  }
};

// Parameters of Asio's own coroutines: co_spawn_entry_point(awaitable<...>*, ...) and
// async_result<use_awaitable_t<...>, ...>::initiate(initiation, use_awaitable_t<...>, ...).
template <typename...>
inline constexpr bool kIsAsioEntryPoint = false;
template <typename First, typename... Rest>
inline constexpr bool kIsAsioEntryPoint<First*, Rest...> = kIsAsioAwaitable<First>;
template <typename...>
inline constexpr bool kIsAsioInitiation = false;
template <typename First, typename Second, typename... Rest>
inline constexpr bool kIsAsioInitiation<First, Second, Rest...> = kIsAsioToken<Second>;

/// Chooses `Ours` if it has the same place in a coroutine's frame as Asio's promise, since Asio
/// computes the frame's address from that place; otherwise Asio's promise.
template <typename AsioPromise, typename Ours>
using AsioPromiseOrOurs =
    std::conditional_t<alignof(Ours) == alignof(AsioPromise) && !std::is_polymorphic_v<AsioPromise>,
                       Ours, AsioPromise>;

/// Chooses the promise of a coroutine with these parameters.
template <typename AsioPromise, typename... Arguments>
using AsioPromiseFor = std::conditional_t<
    kIsAsioEntryPoint<Arguments...>, AsioPromise,
    std::conditional_t<kIsAsioInitiation<Arguments...>,
                       AsioPromiseOrOurs<AsioPromise, InitiatingAsioPromise<AsioPromise>>,
                       AsioPromiseOrOurs<AsioPromise, TrackedAsioPromise<AsioPromise>>>>;

}  // namespace taskleak::internal

#endif  // TASKLEAK_ASIO_COROUTINE_H_
