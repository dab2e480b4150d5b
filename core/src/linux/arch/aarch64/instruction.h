// Instructions of aarch64, four bytes each.
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_INSTRUCTION_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_INSTRUCTION_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace taskleak::platform::aarch64 {

inline constexpr std::size_t kInstruction = 4;

/// Returns the instruction that `code` begins with, which has at least four bytes. Instructions are
/// little-endian, as the processors are that read them.
inline std::uint32_t InstructionAt(const unsigned char* code) {
  static_assert(std::endian::native == std::endian::little);
  std::uint32_t instruction = 0;
  std::memcpy(&instruction, code, kInstruction);
  return instruction;
}

/// Returns the field of `bits` bits from bit `first` on.
inline std::uint32_t Field(std::uint32_t instruction, unsigned first, unsigned bits) {
  return instruction >> first & ((1U << bits) - 1);
}

/// Returns the same as a number with a sign.
inline std::int64_t SignedField(std::uint32_t instruction, unsigned first, unsigned bits) {
  const std::int64_t value = Field(instruction, first, bits);
  const std::int64_t sign = std::int64_t{1} << (bits - 1);
  return (value ^ sign) - sign;
}

/// Returns whether the instruction is nop, bti, paciasp, pacibsp or another hint. Hints change no
/// register but x30.
inline bool IsHint(std::uint32_t instruction) { return (instruction & 0xfffff01fU) == 0xd503201fU; }

/// Returns whether the instruction is b, a jump without a condition.
inline bool IsJump(std::uint32_t instruction) { return instruction >> 26 == 0x05; }

/// Returns whether the instruction is ldr x16, address.
inline bool IsLiteralX16(std::uint32_t instruction) {
  return (instruction & 0xff00001fU) == 0x58000010U;
}

/// Returns whether the instruction is adrp x16, page.
inline bool IsPageX16(std::uint32_t instruction) {
  return (instruction & 0x9f00001fU) == 0x90000010U;
}

}  // namespace taskleak::platform::aarch64

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_INSTRUCTION_H_
