// System calls of aarch64 without libc.
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_RAW_CALL_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_RAW_CALL_H_

#include "linux/arch/uninstrumented.h"

namespace taskleak::platform {

/// Makes a system call without libc and without errno. Returns what the kernel returns: an error is
/// a negative number. Async-signal-safe.
TASKLEAK_UNINSTRUMENTED inline long RawCall(long number, long a = 0, long b = 0, long c = 0,
                                            long d = 0, long e = 0, long f = 0) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc #0"
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory", "cc");
  return x0;
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_RAW_CALL_H_
