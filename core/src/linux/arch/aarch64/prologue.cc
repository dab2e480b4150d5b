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

// Returns how far above sp stp x29, x30, [sp, ...] puts the two: 64-bit, without, before or after
// writeback, as seen after that.
std::optional<std::int64_t> RecordAt(std::uint32_t instruction) {
  const bool store = (instruction & 0xfe400000U) == 0xa8000000U;
  if (!store || Target(instruction) != kX29 || Field(instruction, 10, 5) != kX30 ||
      Base(instruction) != kSp)
    return {};
  constexpr std::uint32_t kAfter = 1;
  constexpr std::uint32_t kBefore = 3;
  const std::int64_t distance = SignedField(instruction, 15, 7) * 8;
  const std::uint32_t writeback = Field(instruction, 23, 2);
  if (writeback == kBefore) return 0;
  return writeback == kAfter ? -distance : distance;
}

// movz or movk x, #constant (Arm ARM, C4.1: "Move wide (immediate)").
bool IsMovedConstant(std::uint32_t instruction) {
  return (instruction & 0xdf800000U) == 0xd2800000U;
}

// sub sp, sp, x.
bool SubtractsRegister(std::uint32_t instruction) {
  return (instruction & 0xffe003ffU) == 0xcb2003ffU;
}

// addvl sp, x, #n and addpl sp, x, #n: n times the length of a vector or predicate (SVE).
bool AddsVectors(std::uint32_t instruction) {
  return (instruction & 0xffe0f800U) == 0x04205000U || (instruction & 0xffe0f800U) == 0x04605000U;
}

// sub sp, sp, x; and sp, x, #mask; mov sp, x; addvl: all but constants and mov sp, x29 (add sp,
// x29, #0), which ends a frame.
bool SetsStackAtRunTime(std::uint32_t instruction) {
  if (Target(instruction) != kSp) return false;
  const bool by_register = (instruction & 0xbfe00000U) == 0x8b200000U;  // extended register
  const bool masked = (instruction & 0xff800000U) == 0x92000000U;       // and, with a constant
  const auto added = AddedConstant(instruction);
  const bool from_other = added && Base(instruction) != kSp && Base(instruction) != kX29;
  return by_register || masked || from_other || AddsVectors(instruction);
}

// Returns whether control may leave the straight line here: branches, exceptions and returns.
bool MayBranch(std::uint32_t instruction) { return Field(instruction, 26, 3) == 5; }

class PrologueDecoder {
 public:
  // Returns false if the prologue has ended.
  bool Step(std::uint32_t instruction) {
    if (IsHint(instruction)) return true;
    if (IsMovedConstant(instruction)) constants_ |= 1U << Target(instruction);
    if (TakesConstantInRegister(instruction)) return true;
    if (MayBranch(instruction) || SetsStackAtRunTime(instruction)) return false;
    if (const auto moved = Writeback(instruction); moved && !Move(*moved)) return false;
    if (const auto record = RecordAt(instruction)) record_ = record;
    const auto added = AddedConstant(instruction);
    if (!added || Base(instruction) != kSp) return true;
    if (Target(instruction) == kSp) return Move(*added);
    if (Target(instruction) == kX29 && record_ && !set_) {
      // Without a frame pointer, x29 is a register like others.
      set_ = *added == *record_;
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
    if (record_) *record_ -= by;
    if (set_) below_ -= by;
    return true;
  }

  // Returns whether this takes the stack of a large frame: sub sp, sp, x with a constant in x.
  // After the record is saved, it may be alloca.
  [[nodiscard]] bool TakesConstantInRegister(std::uint32_t instruction) const {
    return !record_ && SubtractsRegister(instruction) &&
           (constants_ >> Field(instruction, 16, 5) & 1U) != 0;
  }

  std::uint32_t constants_ = 0;         // the registers that have one
  std::optional<std::int64_t> record_;  // how far above sp x29 and x30 are
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
