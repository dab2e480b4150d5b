// For code that runs where nothing may be relied upon: in a signal handler of any thread, or in a
// child that shares this process's memory.
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_RAW_CALL_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_RAW_CALL_H_

#include <sys/syscall.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

// Sanitizers must not see such code.
#if defined(__has_attribute) && __has_attribute(disable_sanitizer_instrumentation)
#define TASKLEAK_UNINSTRUMENTED                      \
  __attribute__((disable_sanitizer_instrumentation)) \
  __attribute__((no_sanitize("address", "thread", "undefined")))
#else
#define TASKLEAK_UNINSTRUMENTED __attribute__((no_sanitize("address", "thread", "undefined")))
#endif

namespace taskleak::platform {

/// Makes a system call without libc and without errno. Returns what the kernel returns: an error is
/// a negative number. Async-signal-safe.
TASKLEAK_UNINSTRUMENTED inline long RawCall(long number, long a = 0, long b = 0, long c = 0,
                                            long d = 0, long e = 0, long f = 0) {
  long result = 0;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

/// Copies memory of the calling process, which has the number `caller`, by process_vm_readv(2):
/// stops where what is mapped ends, and never faults. Returns how much was copied, or a negative
/// number.
TASKLEAK_UNINSTRUMENTED inline long CopyOwnMemory(long caller, std::uintptr_t from, char* to,
                                                  std::size_t size) {
  const iovec local = {to, size};
  const iovec remote = {reinterpret_cast<void*>(from), size};  // NOLINT(performance-no-int-to-ptr)
  return RawCall(SYS_process_vm_readv, caller, reinterpret_cast<long>(&local), 1,
                 reinterpret_cast<long>(&remote), 1);
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_RAW_CALL_H_
