#include "linux/arch/aarch64/suspend_index.h"

#include <algorithm>

#include "linux/arch/aarch64/instruction.h"

namespace taskleak::platform::aarch64 {
namespace {

constexpr std::uint32_t kZeroRegister = 31;
constexpr std::size_t kFunctions = 16;  // what a frame begins with

// A load or store of one, two or four bytes at a register plus a distance (Arm ARM: LDRB, LDRH,
// LDR, STRB, STRH and STR with an unsigned offset).
struct Access {
  bool store = false;
  std::size_t width = 0;
  std::size_t distance = 0;
  std::uint32_t value_register = 0;
};

std::optional<Access> ReadAccess(std::uint32_t instruction) {
  const std::uint32_t operation = instruction & 0xffc00000U;
  Access access;
  if (operation == 0x39000000U || operation == 0x39400000U)
    access.width = 1;
  else if (operation == 0x79000000U || operation == 0x79400000U)
    access.width = 2;
  else if (operation == 0xb9000000U || operation == 0xb9400000U)
    access.width = 4;
  else
    return std::nullopt;
  constexpr std::uint32_t kStackPointer = 31;
  if (Field(instruction, 5, 5) == kStackPointer) return std::nullopt;
  access.store = Field(instruction, 22, 1) == 0;
  access.distance = Field(instruction, 10, 12) * access.width;
  access.value_register = Field(instruction, 0, 5);
  if (access.distance < kFunctions) return std::nullopt;
  return access;
}

// Returns the constant that was last put into a register before `at`: movz (mov w, #constant), or
// zero (mov w, wzr). Of a constant of four bytes, returns the lower two: movk adds the others.
std::optional<std::uint32_t> ConstantIn(Code code, std::size_t at, std::uint32_t value_register) {
  constexpr std::size_t kNear = 24 * kInstruction;
  if (value_register == kZeroRegister) return 0;
  const std::size_t first = at > kNear ? at - kNear : 0;
  for (std::size_t i = at; i >= first + kInstruction;) {
    i -= kInstruction;
    const std::uint32_t instruction = InstructionAt(&code[i]);
    if (instruction == (0x2a1f03e0U | value_register)) return 0;
    const bool is_movz = (instruction & 0x7fe00000U) == 0x52800000U;
    if (is_movz && Field(instruction, 0, 5) == value_register) return Field(instruction, 5, 16);
  }
  return std::nullopt;
}

template <typename Visit>
void ForEachAccess(Code code, Visit visit) {
  for (std::size_t i = 0; i + kInstruction <= code.size(); i += kInstruction) {
    if (const auto access = ReadAccess(InstructionAt(&code[i]))) visit(i, *access);
  }
}

}  // namespace

std::optional<std::size_t> FindGccIndex(Code actor) {
  // The first thing that it reads. Sanitizers mark the edges of each of its variables before, and
  // check each access.
  constexpr std::size_t kNear = 4096;
  std::optional<std::size_t> found;
  ForEachAccess(actor.first(std::min(actor.size(), kNear)),
                [&found](std::size_t, const Access& access) {
                  if (!found && !access.store && access.width <= 2) found = access.distance;
                });
  return found;
}

ByteUses FindByteUses(Code code) {
  ByteUses uses;
  ForEachAccess(code, [&](std::size_t at, const Access& access) {
    if (access.width != 1) return;
    if (!access.store)
      uses.read.insert(access.distance);
    else if (const auto value = ConstantIn(code, at, access.value_register))
      uses.stored[access.distance].insert(*value);
  });
  return uses;
}

std::optional<std::size_t> FindIndexStore(Code code, std::size_t offset, std::size_t width,
                                          std::uint32_t value) {
  std::optional<std::size_t> found;
  ForEachAccess(code, [&](std::size_t at, const Access& access) {
    // Of four bytes that are stored at once, the first two may be ours.
    const bool has_width = access.width == width || (width == 2 && access.width == 4);
    if (found || !access.store || !has_width || access.distance != offset) return;
    if (ConstantIn(code, at, access.value_register) == value) found = at;
  });
  return found;
}

}  // namespace taskleak::platform::aarch64
