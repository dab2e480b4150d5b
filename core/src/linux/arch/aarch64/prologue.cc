#include "linux/arch/aarch64/prologue.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "linux/arch/aarch64/instruction.h"

namespace taskleak::platform::aarch64 {
namespace {

constexpr std::uint32_t kX29 = 29;
constexpr std::uint32_t kX30 = 30;
constexpr std::uint32_t kSp = 31;

// Rd, Rt and Rn of the instructions below.
std::uint32_t Target(std::uint32_t instruction) { return Field(instruction, 0, 5); }
std::uint32_t Base(std::uint32_t instruction) { return Field(instruction, 5, 5); }

// Returns what add or sub of a constant, without setting flags, adds (Arm ARM, C4.1: "Add/subtract
// (immediate)").
std::optional<std::int64_t> AddedConstant(std::uint32_t instruction) {
  constexpr std::uint32_t kAdd = 0x91000000;
  constexpr std::uint32_t kSub = 0xd1000000;
  const std::uint32_t operation = instruction & 0xff800000U;
  if (operation != kAdd && operation != kSub) return {};
  std::int64_t value = Field(instruction, 10, 12);
  if (Field(instruction, 22, 1) != 0) value <<= 12;
  return operation == kAdd ? value : -value;
}

// Returns how stp or ldp of two 64-bit registers, or str or ldr of one, moves sp before or after
// the access; nothing if it does not.
std::optional<std::int64_t> Writeback(std::uint32_t instruction) {
  if (Base(instruction) != kSp) return {};
  const bool pair = (instruction & 0xfe800000U) == 0xa8800000U;  // post- and pre-indexed
  if (pair && Field(instruction, 23, 1) == 1) return SignedField(instruction, 15, 7) * 8;
  const bool single = (instruction & 0xffa00400U) == 0xf8000400U;
  if (single) return SignedField(instruction, 12, 9);
  return {};
}

// stp x29, x30, [sp, ...]: 64-bit, without, before or after writeback.
bool SavesFrame(std::uint32_t instruction) {
  const bool store = (instruction & 0xfe400000U) == 0xa8000000U;
  return store && Target(instruction) == kX29 && Field(instruction, 10, 5) == kX30 &&
         Base(instruction) == kSp;
}

// sub sp, sp, x; and sp, x, #mask; mov sp, x: all but constants and mov sp, x29 (add sp, x29, #0),
// which ends a frame.
bool SetsStackAtRunTime(std::uint32_t instruction) {
  if (Target(instruction) != kSp) return false;
  const bool by_register = (instruction & 0xbfe00000U) == 0x8b200000U;  // extended register
  const bool masked = (instruction & 0xff800000U) == 0x92000000U;       // and, with a constant
  const auto added = AddedConstant(instruction);
  const bool from_other = added && Base(instruction) != kSp && Base(instruction) != kX29;
  return by_register || masked || from_other;
}

// Returns whether control may leave the straight line here: branches, exceptions and returns.
bool MayBranch(std::uint32_t instruction) { return Field(instruction, 26, 3) == 5; }

class PrologueDecoder {
 public:
  // Returns false if the prologue has ended.
  bool Step(std::uint32_t instruction) {
    if (IsHint(instruction)) return true;
    if (MayBranch(instruction) || SetsStackAtRunTime(instruction)) return false;
    saved_ |= SavesFrame(instruction);
    if (const auto moved = Writeback(instruction)) return Move(*moved);
    const auto added = AddedConstant(instruction);
    if (added && Base(instruction) == kSp && Target(instruction) == kSp) return Move(*added);
    if (added && Base(instruction) == kSp && Target(instruction) == kX29 && saved_ && !set_) {
      set_ = *added >= 0;
      below_ = *added;
      return set_;
    }
    return true;
  }

  [[nodiscard]] Prologue Result() const {
    if (!set_) return {};
    return {true, static_cast<std::size_t>(below_), 0};
  }

 private:
  // A move upwards belongs to an epilogue.
  bool Move(std::int64_t by) {
    if (by > 0) return false;
    if (set_) below_ -= by;
    return true;
  }

  bool saved_ = false;
  bool set_ = false;
  std::int64_t below_ = 0;
};

}  // namespace

Prologue DecodePrologue(std::span<const unsigned char> code) {
  PrologueDecoder decoder;
  for (std::size_t i = 0; i + kInstruction <= code.size(); i += kInstruction) {
    if (!decoder.Step(InstructionAt(&code[i]))) break;
  }
  return decoder.Result();
}

bool TakesStackAtRunTime(std::span<const unsigned char> code) {
  for (std::size_t i = 0; i + kInstruction <= code.size(); i += kInstruction) {
    if (SetsStackAtRunTime(InstructionAt(&code[i]))) return true;
  }
  return false;
}

}  // namespace taskleak::platform::aarch64
