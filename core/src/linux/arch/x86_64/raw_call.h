// System calls of x86-64 without libc.
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_RAW_CALL_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_RAW_CALL_H_

#include "linux/arch/uninstrumented.h"

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

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_RAW_CALL_H_
