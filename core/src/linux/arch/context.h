// Registers as the kernel and libc hand them over, and code of this process that only assembler can
// express.
#ifndef TASKLEAK_SRC_LINUX_ARCH_CONTEXT_H_
#define TASKLEAK_SRC_LINUX_ARCH_CONTEXT_H_

#if defined(__aarch64__)
#include "linux/arch/aarch64/context.h"
#else
#include "linux/arch/x86_64/context.h"
#endif

/// Calls rt_sigreturn(2): a signal handler returns to it. Has the same bytes as in every libc, by
/// which debuggers know it.
extern "C" void taskleak_signal_return();

/// Calls clone(2) in the kernel's form. The child runs the function on a stack of its own and ends.
/// This is not libc's clone(), which sanitizers intercept.
extern "C" long taskleak_start_tracer(unsigned long flags, void* stack, void (*function)(void*),
                                      void* argument);

#endif  // TASKLEAK_SRC_LINUX_ARCH_CONTEXT_H_
