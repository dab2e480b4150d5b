// Turns Asio's operations into tasks, from their beginning until their handlers have returned or
// are destroyed.
#ifndef TASKLEAK_ASIO_OPERATION_H_
#define TASKLEAK_ASIO_OPERATION_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "taskleak/internal/async_operation.h"
#include "taskleak/task.h"

namespace taskleak::internal {

/// Holds the serial of the coroutine for which the calling thread begins operations now; 0: none.
inline thread_local std::uint64_t t_asio_awaiting = 0;

/// Is a base class of all of Asio's operations. Destroyed before the handler is called, or with it.
class AsioHandler {
 private:
  friend class AsioCompletion;
  template <typename Context, typename Object, typename Native>
  friend void BeginAsioOperation(Context&, const AsioHandler&, const char*, const Object*, Native,
                                 const char*);

  // Asio passes operations on as constants.
  mutable std::optional<Task> task_;
  mutable std::uint64_t awaited_by_ = 0;
};

/// Lives while an operation is dismantled and, unless its context is being destroyed, its handler
/// is called. What the handler begins descends from the operation.
class AsioCompletion {
 public:
  explicit AsioCompletion(const AsioHandler& handler)
      : task_(std::move(handler.task_)), awaited_by_(handler.awaited_by_) {
    handler.task_.reset();
  }
  ~AsioCompletion() { EndInvocation(); }
  AsioCompletion(const AsioCompletion&) = delete;
  AsioCompletion& operator=(const AsioCompletion&) = delete;

  void BeginInvocation() {
    if (task_) run_.emplace(*task_);
    outer_awaiting_ = t_asio_awaiting;
    invoked_ = true;
    // The coroutine may await several steps, and this may not be the last one.
    t_asio_awaiting = awaited_by_;
  }
  void EndInvocation() {
    if (!invoked_) return;
    invoked_ = false;
    t_asio_awaiting = outer_awaiting_;
    run_.reset();
  }

 private:
  std::optional<Task> task_;
  std::optional<Task::Run> run_;
  std::uint64_t awaited_by_;
  std::uint64_t outer_awaiting_ = 0;
  bool invoked_ = false;
};

/// Returns what an operation of this name waits for.
inline WaitState StateOfAsioOperation(std::string_view object, std::string_view operation) {
  if (object == "deadline_timer") return WaitState::kSleep;
  if (object == "signal_set") return WaitState::kSignalWait;
  if (operation == "async_accept") return WaitState::kAccept;
  if (operation == "async_connect") return WaitState::kConnect;
  if (operation.substr(0, 13) == "async_receive") return WaitState::kRecv;
  if (operation.substr(0, 10) == "async_send") return WaitState::kSend;
  if (operation.substr(0, 10) == "async_read") return WaitState::kRead;
  if (operation.substr(0, 11) == "async_write") return WaitState::kWrite;
  return operation.substr(0, 6) == "async_" ? WaitState::kSuspended : WaitState::kQueued;
}

/// Returns "armed for 30.0 s"; empty if the clock is not like one of std::chrono.
template <typename Object, typename = void>
struct ArmedFor {
  static std::string Text(const Object*) { return {}; }
};
template <typename Object>
struct ArmedFor<Object, std::void_t<typename decltype(Object::expiry)::clock>> {
  static std::string Text(const Object* timer) {
    using Clock = typename decltype(Object::expiry)::clock;
    using Seconds = std::chrono::duration<double>;
    // Programs end a wait with the earliest time. A difference of integers would overflow then.
    const Seconds left =
        Seconds(timer->expiry.time_since_epoch()) - Clock::now().time_since_epoch();
    if (left.count() > 1e9) return "armed for ever";
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "armed for %.1f s",
                  left.count() < 0 ? 0 : left.count());
    return text.data();
  }
};

/// Registers an operation. For sockets and descriptors, `native` is the descriptor.
template <typename Context, typename Object, typename Native>
void BeginAsioOperation(Context& /*context*/, const AsioHandler& handler, const char* object_type,
                        const Object* object, Native native, const char* operation) {
  const std::string_view type = object_type;
  std::string name(type == "deadline_timer" ? "timer" : type);
  name.append(1, '.').append(operation);
  Operation begun;
  begun.name = name;
  begun.state = StateOfAsioOperation(type, operation);
  begun.awaited_by = t_asio_awaiting;
  const std::string armed = ArmedFor<Object>::Text(object);
  begun.what = armed;
  if constexpr (std::is_integral_v<Native>) {
    if (type == "socket" || type == "descriptor") begun.descriptor = static_cast<int>(native);
  }
  begun.hint = begun.state == WaitState::kQueued
                   ? "run its context until it has no work left, or destroy the context"
                   : "cancel it and run its context until the handler was called, or destroy the "
                     "context";
  handler.awaited_by_ = begun.awaited_by;
  handler.task_.emplace(BeginOperation(begun));
}

}  // namespace taskleak::internal

#endif  // TASKLEAK_ASIO_OPERATION_H_
