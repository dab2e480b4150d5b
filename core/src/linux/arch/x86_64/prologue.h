// How a function sets up its frame.
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_PROLOGUE_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_PROLOGUE_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace taskleak::platform {

struct Prologue {
  bool sets_frame_pointer = false;  ///< push %rbp; mov %rsp,%rbp
  /// How far rsp is below rbp after it. In the function's body it may be more (arguments on the
  /// stack, alloca), not less.
  std::size_t below = 0;
  std::size_t slack = 0;  ///< by how much more if the prologue aligns rsp

  bool operator==(const Prologue&) const = default;
};

/// Decodes the instructions that a function begins with, up to the first that is not understood or
/// that might reach beyond `code`.
Prologue DecodePrologue(std::span<const unsigned char> code);

/// Returns true if `code` takes an amount of stack that is known at run time only: alloca, arrays
/// of variable length, AddressSanitizer's frames with clang. Bytes that just look so count, too.
bool TakesStackAtRunTime(std::span<const unsigned char> code);

/// Decodes the prologue of a function in memory.
Prologue ReadPrologue(std::uintptr_t function_start);

/// Looks at the code in memory from the function's start to `pc`.
bool TakesStackAtRunTime(std::uintptr_t function_start, std::uintptr_t pc);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_PROLOGUE_H_
