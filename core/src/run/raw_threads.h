// Lists all threads of this process by nothing but system calls.
#ifndef TASKLEAK_SRC_RUN_RAW_THREADS_H_
#define TASKLEAK_SRC_RUN_RAW_THREADS_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "linux/proc/thread_info.h"

namespace taskleak::run {

/// An address in code, in the form that addr2line takes.
struct RawAddress {
  std::uintptr_t address = 0;
  std::string_view module;    ///< the path of its file; empty if it is in none
  std::uintptr_t offset = 0;  ///< in the module
};

/// One thread.
struct RawThread {
  int tid = 0;
  std::string_view name;
  bool unreadable = false;
  platform::BlockedAt at;                 ///< not known if the thread is unreadable
  std::span<const RawAddress> addresses;  ///< its place, and values that look like return addresses
};

/// Calls `visit(context, thread)` for each thread except taskleak's own. The memory that `thread`
/// refers to is valid until `visit` returns. Async-signal-safe; uses static memory, so only one
/// call at a time is allowed.
void VisitRawThreads(void (*visit)(void* context, const RawThread& thread), void* context);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_RAW_THREADS_H_
