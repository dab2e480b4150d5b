// How a function of aarch64 sets up its frame: it saves x29 and x30 next to each other and lets x29
// point there (AAPCS64, section 6.4.6).
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_PROLOGUE_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_PROLOGUE_H_

#include <span>

#include "linux/arch/decoded.h"

namespace taskleak::platform::aarch64 {

/// Decodes the instructions that a function begins with, up to the first that is not understood or
/// that might reach beyond `code`.
Prologue DecodePrologue(std::span<const unsigned char> code);

/// Returns true if `code` takes an amount of stack that is known at run time only: alloca, arrays
/// of variable length. Code that aligns the stack pointer does, too.
bool TakesStackAtRunTime(std::span<const unsigned char> code);

}  // namespace taskleak::platform::aarch64

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_PROLOGUE_H_
