// System calls of aarch64 without libc.
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_RAW_CALL_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_RAW_CALL_H_

#include "linux/arch/uninstrumented.h"

namespace taskleak::platform {

// The kernel keeps the lower 128 bits of vector registers, and clears the others and the predicates
// (Documentation/arch/arm64/sve.rst, "System call behaviour").
#ifdef __ARM_FEATURE_SVE
#define TASKLEAK_CLOBBERED_VECTORS                                                                 \
  , "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14", \
      "p15", "z0", "z1", "z2", "z3", "z4", "z5", "z6", "z7", "z8", "z9", "z10", "z11", "z12",      \
      "z13", "z14", "z15", "z16", "z17", "z18", "z19", "z20", "z21", "z22", "z23", "z24", "z25",   \
      "z26", "z27", "z28", "z29", "z30", "z31"
#else
#define TASKLEAK_CLOBBERED_VECTORS
#endif

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
               : "memory", "cc" TASKLEAK_CLOBBERED_VECTORS);
  return x0;
}

#undef TASKLEAK_CLOBBERED_VECTORS

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_RAW_CALL_H_
