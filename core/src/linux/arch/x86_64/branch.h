// Calls and jumps in machine code, and where they lead (Intel SDM volume 2, CALL: E8 and FF /2;
// JMP: E9 and FF /4).
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_BRANCH_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_BRANCH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "linux/arch/decoded.h"

namespace taskleak::platform::x86_64 {

inline constexpr std::size_t kStep = 1;          ///< instructions begin anywhere
inline constexpr std::size_t kLongestCall = 7;   ///< FF /2 with SIB and a displacement of 32 bits
inline constexpr std::size_t kLongestJump = 11;  ///< endbr64; bnd jmp *slot(%rip)
/// Where indirect branches may lead to (Intel SDM volume 2, ENDBR64).
inline constexpr std::array<unsigned char, 4> kEndbr64 = {0xf3, 0x0f, 0x1e, 0xfa};

/// Decodes the call that `code` ends with; `return_address` is the address of the byte after it.
/// Async-signal-safe.
Branch DecodeCall(std::span<const unsigned char, kLongestCall> code, std::uintptr_t return_address);

/// Decodes the jump that `code`, which begins at the address `at`, begins with: as PLT entries and
/// thunks do.
Branch DecodeJump(std::span<const unsigned char, kLongestJump> code, std::uintptr_t at);

/// Returns false for most code that neither has a direct call as its last of kLongestCall bytes nor
/// begins with a jump, never for such code. It takes far less time than to decode both.
inline bool MayBranch(const unsigned char* code) {
  constexpr std::size_t kDirectCall = 5;
  return code[kLongestCall - kDirectCall] == 0xe8 || code[0] == 0xe9 || code[0] == 0xff ||
         code[0] == 0xf2 || code[0] == kEndbr64[0];
}

/// Returns true if a jump to `to`, conditional or not, is in `code`, which begins at `start`.
bool HasJump(std::span<const unsigned char> code, std::uintptr_t start, std::uintptr_t to);

/// Returns true if a jump through a register or a pointer is in `code`.
bool HasJumpThroughPointer(std::span<const unsigned char> code);

}  // namespace taskleak::platform::x86_64

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_BRANCH_H_
