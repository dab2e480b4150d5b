// Calls and jumps in machine code of aarch64, and where they lead (Arm ARM, C4.1: "Branches,
// exception generating and system instructions").
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_BRANCH_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_BRANCH_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "linux/arch/aarch64/instruction.h"
#include "linux/arch/decoded.h"

namespace taskleak::platform::aarch64 {

inline constexpr std::size_t kStep = 4;  ///< instructions begin at each fourth byte
inline constexpr std::size_t kLongestCall = 4;
inline constexpr std::size_t kLongestJump = 24;  ///< bti c; adrp; ldr; add; autia1716; br

/// Decodes the call that `code` is; `return_address` is the address of the byte after it.
/// Async-signal-safe.
Branch DecodeCall(std::span<const unsigned char, kLongestCall> code, std::uintptr_t return_address);

/// Decodes the jump that `code`, which begins at the address `at`, begins with: as PLT entries and
/// thunks do.
Branch DecodeJump(std::span<const unsigned char, kLongestJump> code, std::uintptr_t at);

/// Returns false for most code that neither is a direct call nor begins with a jump, never for such
/// code. It takes far less time than to decode both.
inline bool MayBranch(const unsigned char* code) {
  const std::uint32_t instruction = InstructionAt(code);
  return (instruction & 0x7c000000U) == 0x14000000U || IsHint(instruction) ||
         IsLiteralX16(instruction) || IsPageX16(instruction);
}

/// Returns true if a jump to `to`, conditional or not, is in `code`, which begins at `start`.
bool HasJump(std::span<const unsigned char> code, std::uintptr_t start, std::uintptr_t to);

/// Returns true if a jump through a register is in `code`.
bool HasJumpThroughPointer(std::span<const unsigned char> code);

}  // namespace taskleak::platform::aarch64

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_BRANCH_H_
