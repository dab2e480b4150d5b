// How a function sets up its frame: push %rbp; mov %rsp,%rbp.
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_PROLOGUE_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_PROLOGUE_H_

#include <span>

#include "linux/arch/decoded.h"

namespace taskleak::platform::x86_64 {

/// Decodes the instructions that a function begins with, up to the first that is not understood or
/// that might reach beyond `code`.
Prologue DecodePrologue(std::span<const unsigned char> code);

/// Returns true if `code` takes an amount of stack that is known at run time only: alloca, arrays
/// of variable length, AddressSanitizer's frames with clang. Bytes that just look so count, too.
bool TakesStackAtRunTime(std::span<const unsigned char> code);

}  // namespace taskleak::platform::x86_64

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_PROLOGUE_H_
