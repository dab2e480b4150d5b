// Machine code that no compiler makes, as the processor has it that this is compiled for.
#ifndef TASKLEAK_TESTS_CAPTURE_CODE_BY_HAND_H_
#define TASKLEAK_TESTS_CAPTURE_CODE_BY_HAND_H_

#if defined(__aarch64__)
#include "capture/arch/aarch64.h"
#else
#include "capture/arch/x86_64.h"
#endif

#endif  // TASKLEAK_TESTS_CAPTURE_CODE_BY_HAND_H_
