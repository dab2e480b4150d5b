// Where machine code of aarch64 takes an address, and where it calls.
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_ADDRESS_USE_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_ADDRESS_USE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "linux/arch/aarch64/instruction.h"

namespace taskleak::platform::aarch64 {

/// Returns the page that `adrp` at the address `at` takes, of 4 KiB whatever the processor's (Arm
/// ARM, ADRP); nothing if the instruction is another.
inline std::optional<std::uintptr_t> PageTaken(std::uint32_t instruction, std::uintptr_t at) {
  if ((instruction & 0x9f000000U) != 0x90000000U) return std::nullopt;
  constexpr std::uintptr_t kPage = 4096;
  const std::uint32_t low = Field(instruction, 29, 2);
  const auto pages = static_cast<std::uintptr_t>(SignedField(instruction, 5, 19)) * 4 + low;
  return (at & ~(kPage - 1)) + pages * kPage;
}

/// Returns the offset that an instruction adds to a page in a register: an addition of a constant,
/// or a load from memory there (Arm ARM: ADD, and LDR with an unsigned offset).
inline std::optional<std::uintptr_t> OffsetInPage(std::uint32_t instruction) {
  const std::uintptr_t constant = Field(instruction, 10, 12);
  if ((instruction & 0xffc00000U) == 0x91000000U) return constant;       // add x, x, #constant
  if ((instruction & 0xffc00000U) == 0xf9400000U) return constant * 8;   // ldr x
  if ((instruction & 0xffc00000U) == 0xfd400000U) return constant * 8;   // ldr d
  if ((instruction & 0xffc00000U) == 0x3dc00000U) return constant * 16;  // ldr q
  return std::nullopt;
}

/// Calls `visit(place, address)` for each address that `code`, which is at the address `at`, takes
/// relative to itself: adr, and adrp with what uses its register later, which may be far away,
/// since a compiler moves adrp out of loops. `place` is the offset of the last of these
/// instructions. A register may be written by other code in between, so some addresses are wrong.
template <typename Visit>
void ForEachRelativeAddress(std::span<const std::uint8_t> code, std::uintptr_t at, Visit visit) {
  std::array<std::optional<std::uintptr_t>, 32> pages;  // in each register
  for (std::size_t i = 0; i + kInstruction <= code.size(); i += kInstruction) {
    const std::uint32_t instruction = InstructionAt(&code[i]);
    if (const auto page = PageTaken(instruction, at + i)) {
      pages[Field(instruction, 0, 5)] = page;
    } else if ((instruction & 0x9f000000U) == 0x10000000U) {  // adr
      const auto words = static_cast<std::uintptr_t>(SignedField(instruction, 5, 19));
      visit(i, at + i + words * 4 + Field(instruction, 29, 2));
    } else if (const auto offset = OffsetInPage(instruction)) {
      if (const auto& base = pages[Field(instruction, 5, 5)]) visit(i, *base + *offset);
    }
  }
}

/// Calls nothing: on aarch64, code that is not position-independent takes addresses in the same way
/// as other code. (Clang's large code model puts them together from four constants, which is not
/// decoded.)
template <typename Visit>
void ForEachFixedAddress(std::span<const std::uint8_t> /*code*/, Visit /*visit*/) {}

/// Calls `visit(return_address, target)` for each call in `code`, which is at the address `at`: bl,
/// and blr and its kind, whose `target` is 0.
template <typename Visit>
void ForEachCall(std::span<const std::uint8_t> code, std::uintptr_t at, Visit visit) {
  for (std::size_t i = 0; i + kInstruction <= code.size(); i += kInstruction) {
    const std::uint32_t instruction = InstructionAt(&code[i]);
    const std::uintptr_t next = at + i + kInstruction;
    if (instruction >> 26 == 0x25) {
      const auto words = static_cast<std::uintptr_t>(SignedField(instruction, 0, 26));
      visit(next, at + i + words * 4);
    } else if ((instruction & 0xfefff000U) == 0xd63f0000U) {
      visit(next, std::uintptr_t{0});
    }
  }
}

}  // namespace taskleak::platform::aarch64

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_ADDRESS_USE_H_
