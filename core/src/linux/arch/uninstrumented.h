// For code that can rely on nothing: in a signal handler of any thread, or in a child that shares
// this process's memory.
#ifndef TASKLEAK_SRC_LINUX_ARCH_UNINSTRUMENTED_H_
#define TASKLEAK_SRC_LINUX_ARCH_UNINSTRUMENTED_H_

// Sanitizers must not see such code.
#if defined(__has_attribute) && __has_attribute(disable_sanitizer_instrumentation)
#define TASKLEAK_UNINSTRUMENTED                      \
  __attribute__((disable_sanitizer_instrumentation)) \
  __attribute__((no_sanitize("address", "thread", "undefined")))
#else
#define TASKLEAK_UNINSTRUMENTED __attribute__((no_sanitize("address", "thread", "undefined")))
#endif

#endif  // TASKLEAK_SRC_LINUX_ARCH_UNINSTRUMENTED_H_
