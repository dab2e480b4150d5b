// System calls without libc, for code that runs where nothing may be relied upon.
#ifndef TASKLEAK_SRC_LINUX_ARCH_RAW_CALL_H_
#define TASKLEAK_SRC_LINUX_ARCH_RAW_CALL_H_

#include <sys/syscall.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

#if defined(__aarch64__)
#include "linux/arch/aarch64/raw_call.h"
#else
#include "linux/arch/x86_64/raw_call.h"
#endif

namespace taskleak::platform {

/// Returns the calling thread's id: gettid(2).
TASKLEAK_UNINSTRUMENTED inline int OwnTid() { return static_cast<int>(RawCall(SYS_gettid)); }

/// Copies memory of the caller, whose id is `caller`, by process_vm_readv(2). Stops at the end of
/// mapped memory, and never faults. Returns how much was copied, or a negative number.
TASKLEAK_UNINSTRUMENTED inline long CopyOwnMemory(long caller, std::uintptr_t from, char* to,
                                                  std::size_t size) {
  const iovec local = {to, size};
  const iovec remote = {reinterpret_cast<void*>(from), size};  // NOLINT(performance-no-int-to-ptr)
  return RawCall(SYS_process_vm_readv, caller, reinterpret_cast<long>(&local), 1,
                 reinterpret_cast<long>(&remote), 1);
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_RAW_CALL_H_
