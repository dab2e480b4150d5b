#include "linux/arch/aarch64/branch.h"

#include <optional>

#include "linux/arch/aarch64/instruction.h"

namespace taskleak::platform::aarch64 {
namespace {

std::uintptr_t Add(std::uintptr_t base, std::int64_t distance) {
  return base + static_cast<std::uintptr_t>(distance);
}

// b (without bit 31) and bl: 26 bits, in instructions.
std::uintptr_t TargetOf(std::uint32_t instruction, std::uintptr_t at) {
  return Add(at, SignedField(instruction, 0, 26) * std::int64_t{kInstruction});
}

// blr, blraa and their kind; br, braa and theirs (with and without a modifier in a register).
bool IsIndirect(std::uint32_t instruction, bool call) {
  const std::uint32_t wanted = call ? 0xd63f0000U : 0xd61f0000U;
  return (instruction & 0xfefff000U) == wanted;
}

// Returns the distance to which a conditional jump leads: b.cond, cbz, cbnz, tbz, tbnz.
std::optional<std::int64_t> ConditionalDistance(std::uint32_t instruction) {
  const bool by_condition = (instruction & 0xff000000U) == 0x54000000U;
  const bool by_zero = (instruction & 0x7e000000U) == 0x34000000U;
  const bool by_bit = (instruction & 0x7e000000U) == 0x36000000U;
  if (by_condition || by_zero) return SignedField(instruction, 5, 19) * std::int64_t{kInstruction};
  if (by_bit) return SignedField(instruction, 5, 14) * std::int64_t{kInstruction};
  return {};
}

// add x16, x16, #offset
bool AddsToX16(std::uint32_t instruction) { return (instruction & 0xffc003ffU) == 0x91000210U; }

constexpr std::uint32_t kBrX16 = 0xd61f0200;

// ldr x17, [x16, #offset]; then add x16, x16, #offset or nothing; a hint (autia1716, which checks
// the pointer: ld's -z pac-plt) or nothing; br x17.
bool JumpsThroughSlot(const unsigned char* code) {
  constexpr std::uint32_t kBrX17 = 0xd61f0220;
  if ((InstructionAt(code) & 0xffc003ffU) != 0xf9400211U) return false;
  code += kInstruction;
  if (AddsToX16(InstructionAt(code))) code += kInstruction;
  if (IsHint(InstructionAt(code))) code += kInstruction;
  return InstructionAt(code) == kBrX17;
}

// add x16, x16, #offset; br x16.
bool JumpsToSum(const unsigned char* code) {
  return AddsToX16(InstructionAt(code)) && InstructionAt(code + kInstruction) == kBrX16;
}

// Returns the address from which x16 is loaded, if that is jumped to: ldr x16, address; br x16.
// What linkers put before a function that is too far away for adrp is of this form.
std::optional<std::uintptr_t> JumpsToLiteral(const unsigned char* code, std::uintptr_t at) {
  const std::uint32_t load = InstructionAt(code);
  if (!IsLiteralX16(load) || InstructionAt(code + kInstruction) != kBrX16) return std::nullopt;
  return Add(at, SignedField(load, 5, 19) * std::int64_t{kInstruction});
}

// adrp x16, page and one of the first two above: an entry of the procedure linkage table, or what a
// linker puts between a call and a function that is too far away for it (aaelf64, "PLT Sequences
// and Usage Models" and "Call and Jump relocations").
Branch DecodeFarJump(const unsigned char* code, std::uintptr_t at) {
  const std::uint32_t adrp = InstructionAt(code);
  if (!IsPageX16(adrp)) return {};
  constexpr std::int64_t kPage = 4096;  // as adrp has it, whatever the size of pages
  const std::int64_t pages = SignedField(adrp, 5, 19) * 4 + Field(adrp, 29, 2);
  const std::uintptr_t page = Add(at & ~static_cast<std::uintptr_t>(kPage - 1), pages * kPage);
  const std::uintptr_t offset = Field(InstructionAt(code + kInstruction), 10, 12);
  if (JumpsThroughSlot(code + kInstruction)) return {Branch::Kind::kSlot, page + offset * 8};
  if (JumpsToSum(code + kInstruction)) return {Branch::Kind::kDirect, page + offset};
  return {};
}

}  // namespace

Branch DecodeCall(std::span<const unsigned char, kLongestCall> code,
                  std::uintptr_t return_address) {
  const std::uint32_t instruction = InstructionAt(code.data());
  if (instruction >> 26 == 0x25)
    return {Branch::Kind::kDirect, TargetOf(instruction, return_address - kInstruction)};
  return {IsIndirect(instruction, true) ? Branch::Kind::kAnywhere : Branch::Kind::kNone, 0};
}

Branch DecodeJump(std::span<const unsigned char, kLongestJump> code, std::uintptr_t at) {
  const std::size_t skipped = IsHint(InstructionAt(code.data())) ? kInstruction : 0;
  const std::uint32_t first = InstructionAt(code.data() + skipped);
  if (IsJump(first)) return {Branch::Kind::kDirect, TargetOf(first, at + skipped)};
  if (const auto literal = JumpsToLiteral(code.data() + skipped, at + skipped))
    return {Branch::Kind::kSlot, *literal};
  return DecodeFarJump(code.data() + skipped, at + skipped);
}

bool HasJump(std::span<const unsigned char> code, std::uintptr_t start, std::uintptr_t to) {
  for (std::size_t i = 0; i + kInstruction <= code.size(); i += kInstruction) {
    const std::uint32_t instruction = InstructionAt(&code[i]);
    if (IsJump(instruction) && TargetOf(instruction, start + i) == to) return true;
    const auto distance = ConditionalDistance(instruction);
    if (distance && Add(start + i, *distance) == to) return true;
  }
  return false;
}

bool HasJumpThroughPointer(std::span<const unsigned char> code) {
  for (std::size_t i = 0; i + kInstruction <= code.size(); i += kInstruction) {
    if (IsIndirect(InstructionAt(&code[i]), false)) return true;
  }
  return false;
}

}  // namespace taskleak::platform::aarch64
