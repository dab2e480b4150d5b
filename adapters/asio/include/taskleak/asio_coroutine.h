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

/// Awaits what Asio's own promise makes of an awaited expression. Records meanwhile which coroutine
/// begins operations. From await_suspend on, the coroutine may run elsewhere and this object may be
/// gone.
template <typename Awaiter, typename AsioPromise>
class AsioAwaiter {
 public:
  AsioAwaiter(Awaiter awaiter, std::uint64_t serial)
      : awaiter_(std::move(awaiter)), serial_(serial) {}

  bool await_ready() noexcept { return awaiter_.await_ready(); }

  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    t_asio_awaiting = serial_;
    if constexpr (kIsAsioAwaitable<Awaiter>) {
      // Asio's thread of awaitables resumes the awaited coroutine next; that notes its awaiter.
      awaiter_.await_suspend(std::coroutine_handle<AsioPromise>::from_address(handle.address()));
    } else {
      awaiter_.await_suspend(handle);
      t_asio_awaiting = 0;
    }
  }

  decltype(auto) await_resume() {
    t_asio_awaiting = 0;
    return awaiter_.await_resume();
  }

 private:
  Awaiter awaiter_;
  std::uint64_t serial_;
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
class TrackedAsioPromise : public AsioPromise {
 public:
  // Part of the coroutine's first piece, whose caller is the creator.
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
    static_assert(alignof(TrackedAsioPromise) == alignof(AsioPromise),
                  "both promises have the same place in the coroutine's frame");
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
class InitiatingAsioPromise : public AsioPromise {
 public:
  template <typename Awaitable>
  auto await_transform(Awaitable&& awaitable) {
    using Awaiter = decltype(AsioPromise::await_transform(std::forward<Awaitable>(awaitable)));
    return AsioAwaiter<Awaiter, AsioPromise>(
        AsioPromise::await_transform(std::forward<Awaitable>(awaitable)), t_asio_awaiting);
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

/// Chooses the promise of a coroutine with these parameters.
template <typename AsioPromise, typename... Arguments>
using AsioPromiseFor = std::conditional_t<
    kIsAsioEntryPoint<Arguments...>, AsioPromise,
    std::conditional_t<kIsAsioInitiation<Arguments...>, InitiatingAsioPromise<AsioPromise>,
                       TrackedAsioPromise<AsioPromise>>>;

}  // namespace taskleak::internal

#endif  // TASKLEAK_ASIO_COROUTINE_H_
