// Reads the memory of the looked-at process (linux/proc/subject.h) without risking a fault.
#ifndef TASKLEAK_SRC_LINUX_PROC_MEMORY_H_
#define TASKLEAK_SRC_LINUX_PROC_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <optional>

namespace taskleak::platform {

inline constexpr std::size_t kSmallestPage = 4096;
/// Returns the size of this machine's pages. Async-signal-safe after the first call.
std::size_t PageSize();

/// Copies up to `size` bytes from `address` on; returns how many were readable before the first
/// unreadable page. Sanitizers do not see the access (it is a system call: process_vm_readv, see
/// process_vm_readv(2)). Async-signal-safe.
std::size_t ReadMemory(std::uintptr_t address, void* buffer, std::size_t size);

/// Returns one value, or nothing if not all of it can be read.
template <typename T>
std::optional<T> ReadValue(std::uintptr_t address) {
  T value;
  if (ReadMemory(address, &value, sizeof value) != sizeof value) return std::nullopt;
  return value;
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_MEMORY_H_
