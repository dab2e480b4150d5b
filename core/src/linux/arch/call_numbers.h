// Numbers of system calls that not every processor has.
#ifndef TASKLEAK_SRC_LINUX_ARCH_CALL_NUMBERS_H_
#define TASKLEAK_SRC_LINUX_ARCH_CALL_NUMBERS_H_

#if defined(__aarch64__)
#include "linux/arch/aarch64/call_numbers.h"
#else
#include "linux/arch/x86_64/call_numbers.h"
#endif

#endif  // TASKLEAK_SRC_LINUX_ARCH_CALL_NUMBERS_H_
