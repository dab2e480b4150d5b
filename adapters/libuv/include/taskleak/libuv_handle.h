// Describes a libuv handle for reports. Reads the handle's own fields (uv.h and uv/unix.h), on the
// loop's thread.
#ifndef TASKLEAK_LIBUV_HANDLE_H_
#define TASKLEAK_LIBUV_HANDLE_H_

#include <uv.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include "taskleak/leak.h"

namespace taskleak::internal {

inline bool IsUvStream(uv_handle_type type) {
  return type == UV_TCP || type == UV_NAMED_PIPE || type == UV_TTY;
}

template <typename Function>
std::uintptr_t UvAddress(Function* function) {
  return reinterpret_cast<std::uintptr_t>(function);
}

/// Returns the function that the handle calls; 0 if unknown.
inline std::uintptr_t UvCallback(const uv_handle_t* handle, uv_handle_type type) {
  const auto as = [handle](auto* null) { return reinterpret_cast<decltype(null)>(handle); };
  if (IsUvStream(type)) {
    const auto* const stream = as(static_cast<const uv_stream_t*>(nullptr));
    return stream->connection_cb != nullptr ? UvAddress(stream->connection_cb)
                                            : UvAddress(stream->read_cb);
  }
  switch (type) {
    case UV_TIMER:
      return UvAddress(as(static_cast<const uv_timer_t*>(nullptr))->timer_cb);
    case UV_ASYNC:
      return UvAddress(as(static_cast<const uv_async_t*>(nullptr))->async_cb);
    case UV_IDLE:
      return UvAddress(as(static_cast<const uv_idle_t*>(nullptr))->idle_cb);
    case UV_PREPARE:
      return UvAddress(as(static_cast<const uv_prepare_t*>(nullptr))->prepare_cb);
    case UV_CHECK:
      return UvAddress(as(static_cast<const uv_check_t*>(nullptr))->check_cb);
    case UV_POLL:
      return UvAddress(as(static_cast<const uv_poll_t*>(nullptr))->poll_cb);
    case UV_SIGNAL:
      return UvAddress(as(static_cast<const uv_signal_t*>(nullptr))->signal_cb);
    case UV_PROCESS:
      return UvAddress(as(static_cast<const uv_process_t*>(nullptr))->exit_cb);
    case UV_UDP:
      return UvAddress(as(static_cast<const uv_udp_t*>(nullptr))->recv_cb);
    case UV_FS_EVENT:
      return UvAddress(as(static_cast<const uv_fs_event_t*>(nullptr))->cb);
    default:
      return 0;
  }
}

inline WaitState UvState(const uv_handle_t* handle, uv_handle_type type) {
  if (IsUvStream(type)) {
    const bool listens = reinterpret_cast<const uv_stream_t*>(handle)->connection_cb != nullptr;
    return listens ? WaitState::kAccept : WaitState::kRead;
  }
  switch (type) {
    case UV_TIMER:
      return WaitState::kSleep;
    case UV_SIGNAL:
      return WaitState::kSignalWait;
    case UV_PROCESS:
      return WaitState::kWaitChild;
    case UV_UDP:
      return WaitState::kRecv;
    case UV_POLL:
      return WaitState::kPoll;
    default:
      return WaitState::kSuspended;
  }
}

/// Returns the handle's descriptor; -1 if it has none.
inline int UvDescriptor(const uv_handle_t* handle, uv_handle_type type) {
  uv_os_fd_t fd = -1;
  const bool may_have = IsUvStream(type) || type == UV_UDP || type == UV_POLL;
  return may_have && uv_fileno(handle, &fd) == 0 ? fd : -1;
}

/// Returns details such as "due in 3.0 s, then every 1.0 s" or "being closed"; "unreferenced" if
/// the handle does not keep its loop running.
inline std::string UvDetail(const uv_handle_t* handle, uv_handle_type type) {
  if (uv_is_closing(handle) != 0) return "being closed";
  std::string detail;
  std::array<char, 64> text{};
  if (type == UV_TIMER) {
    const auto* const timer = reinterpret_cast<const uv_timer_t*>(handle);
    std::snprintf(text.data(), text.size(), "due in %.1f s",
                  static_cast<double>(uv_timer_get_due_in(timer)) / 1000);
    detail = text.data();
    if (const auto repeat = uv_timer_get_repeat(timer); repeat != 0) {
      std::snprintf(text.data(), text.size(), ", then every %.1f s",
                    static_cast<double>(repeat) / 1000);
      detail += text.data();
    }
  } else if (type == UV_SIGNAL) {
    const int number = reinterpret_cast<const uv_signal_t*>(handle)->signum;
    detail = "signal " + std::to_string(number);
  } else if (type == UV_PROCESS) {
    detail = "process " + std::to_string(reinterpret_cast<const uv_process_t*>(handle)->pid);
  }
  if (uv_has_ref(handle) == 0) detail += detail.empty() ? "unreferenced" : ", unreferenced";
  return detail;
}

}  // namespace taskleak::internal

#endif  // TASKLEAK_LIBUV_HANDLE_H_
