// How a function in memory sets up its frame.
#ifndef TASKLEAK_SRC_LINUX_ARCH_PROLOGUE_H_
#define TASKLEAK_SRC_LINUX_ARCH_PROLOGUE_H_

#include <cstdint>

#include "linux/arch/decoded.h"

namespace taskleak::platform {

/// Decodes the prologue of a function in memory.
Prologue ReadPrologue(std::uintptr_t function_start);

/// Returns whether the code in memory from the function's start to `pc` takes an amount of stack
/// that is known at run time only.
bool TakesStackAtRunTime(std::uintptr_t function_start, std::uintptr_t pc);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_PROLOGUE_H_
