#include "linux/arch/aarch64/suspend_index.h"

#include <algorithm>

#include "linux/arch/aarch64/instruction.h"

namespace taskleak::platform::aarch64 {
namespace {

constexpr std::uint32_t kZeroRegister = 31;
constexpr std::uint32_t kStackPointer = 31;  // as the base of an access, or in an ADD
constexpr std::size_t kFunctions = 16;       // what a frame begins with

// A load or store of one, two or four bytes at a register plus a distance (Arm ARM: LDRB, LDRH,
// LDR, STRB, STRH and STR with an unsigned offset; STP of two registers with four bytes is two).
struct Access {
  bool store = false;
  std::size_t width = 0;
  std::uint32_t base = 0;  // the register
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
  access.base = Field(instruction, 5, 5);
  if (access.base == kStackPointer) return std::nullopt;
  access.store = Field(instruction, 22, 1) == 0;
  access.distance = Field(instruction, 10, 12) * access.width;
  access.value_register = Field(instruction, 0, 5);
  return access;
}

// Returns what `read` finds in an instruction before `at`, in the nearest in which it finds
// anything.
template <typename Read>
std::optional<std::uint32_t> ReadBefore(Code code, std::size_t at, Read read) {
  constexpr std::size_t kNear = 24 * kInstruction;
  const std::size_t first = at > kNear ? at - kNear : 0;
  for (std::size_t i = at; i >= first + kInstruction;) {
    i -= kInstruction;
    if (const auto found = read(InstructionAt(&code[i]))) return found;
  }
  return std::nullopt;
}

// Returns the constant that was last put into a register before `at`: movz (mov w, #constant), or
// zero (mov w, wzr). Of a constant of four bytes, returns the lower two: movk adds the others.
std::optional<std::uint32_t> ConstantIn(Code code, std::size_t at, std::uint32_t value_register) {
  if (value_register == kZeroRegister) return 0;
  const auto read = [=](std::uint32_t instruction) -> std::optional<std::uint32_t> {
    if (instruction == (0x2a1f03e0U | value_register)) return 0;
    const bool is_movz = (instruction & 0x7fe00000U) == 0x52800000U;
    if (!is_movz || Field(instruction, 0, 5) != value_register) return std::nullopt;
    return Field(instruction, 5, 16);
  };
  return ReadBefore(code, at, read);
}

// Returns how far behind a pointer a register was set before `at`: ADD of a constant; 0 if it was
// not. GCC 16 may turn the address of a frame into that of its promise and store the index from
// there.
std::size_t SetBehind(Code code, std::size_t at, std::uint32_t base) {
  const auto read = [=](std::uint32_t instruction) -> std::optional<std::uint32_t> {
    const bool adds =
        (instruction & 0xffc00000U) == 0x91000000U && Field(instruction, 5, 5) != kStackPointer;
    if (!adds || Field(instruction, 0, 5) != base) return std::nullopt;
    return Field(instruction, 10, 12);
  };
  return ReadBefore(code, at, read).value_or(0);
}

template <typename Visit>
void VisitPair(std::uint32_t instruction, std::size_t at, Visit visit) {
  const std::uint32_t base = Field(instruction, 5, 5);
  if ((instruction & 0xffc00000U) != 0x29000000U || base == kStackPointer) return;
  const std::int64_t distance = SignedField(instruction, 15, 7) * 4;
  if (distance < 0) return;
  const auto first = static_cast<std::size_t>(distance);
  visit(at, Access{true, 4, base, first, Field(instruction, 0, 5)});
  visit(at, Access{true, 4, base, first + 4, Field(instruction, 10, 5)});
}

template <typename Visit>
void ForEachAccess(Code code, Visit visit) {
  for (std::size_t i = 0; i + kInstruction <= code.size(); i += kInstruction) {
    const std::uint32_t instruction = InstructionAt(&code[i]);
    if (const auto access = ReadAccess(instruction)) visit(i, *access);
    VisitPair(instruction, i, visit);
  }
}

// The store of an index.
struct IndexStore {
  std::size_t offset;
  std::size_t width;

  // Of four bytes that are stored at once, the first two may be the index.
  [[nodiscard]] bool Is(Code code, std::size_t at, const Access& access) const {
    const bool fits = access.width == width || (width == 2 && access.width == 4);
    return access.store && fits &&
           (access.distance == offset ||
            access.distance + SetBehind(code, at, access.base) == offset);
  }
};

// Returns where the next `b` soon after `at` leads to, if that is in the code.
std::optional<std::size_t> NextJump(Code code, std::size_t at) {
  constexpr std::size_t kSoon = 4 * kInstruction;
  const std::size_t end = std::min(code.size(), at + kInstruction + kSoon);
  for (std::size_t i = at + kInstruction; i + kInstruction <= end; i += kInstruction) {
    const std::uint32_t instruction = InstructionAt(&code[i]);
    if (instruction >> 26 != 0x05) continue;
    const std::int64_t to =
        static_cast<std::int64_t>(i) + SignedField(instruction, 0, 26) * std::int64_t{kInstruction};
    if (to < 0 || to >= static_cast<std::int64_t>(code.size())) return std::nullopt;
    return static_cast<std::size_t>(to);
  }
  return std::nullopt;
}

bool StoresSoon(Code code, std::size_t from, IndexStore store, std::uint32_t value_register) {
  constexpr std::size_t kSoon = 8 * kInstruction;
  bool stores = false;
  const auto visit = [&](std::size_t at, const Access& access) {
    stores |= store.Is(code, from + at, access) && access.value_register == value_register;
  };
  ForEachAccess(code.subspan(from, std::min(kSoon, code.size() - from)), visit);
  return stores;
}

// Finds where a constant is put into a register (movz) before a jump to a store of that register:
// code that differs only in the constant may share the rest.
std::optional<std::size_t> FindSharedStore(Code code, IndexStore store, std::uint32_t value) {
  for (std::size_t i = 0; i + kInstruction <= code.size(); i += kInstruction) {
    const std::uint32_t instruction = InstructionAt(&code[i]);
    const bool is_movz = (instruction & 0x7fe00000U) == 0x52800000U;
    if (!is_movz || Field(instruction, 5, 16) != value) continue;
    const auto to = NextJump(code, i);
    if (to && StoresSoon(code, *to, store, Field(instruction, 0, 5))) return i;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> FindGccIndex(Code actor) {
  // The first thing that it reads. Sanitizers mark the edges of each of its variables before, and
  // check each access.
  constexpr std::size_t kSearched = 4096;
  std::optional<std::size_t> found;
  ForEachAccess(actor.first(std::min(actor.size(), kSearched)),
                [&found](std::size_t, const Access& access) {
                  if (!found && !access.store && access.width <= 2 && access.distance >= kFunctions)
                    found = access.distance;
                });
  return found;
}

ByteUses FindByteUses(Code code) {
  ByteUses uses;
  ForEachAccess(code, [&](std::size_t at, const Access& access) {
    if (access.width != 1 || access.distance < kFunctions) return;
    if (!access.store)
      uses.read.insert(access.distance);
    else if (const auto value = ConstantIn(code, at, access.value_register))
      uses.stored[access.distance].insert(*value);
  });
  return uses;
}

std::optional<std::size_t> FindIndexStore(Code code, std::size_t offset, std::size_t width,
                                          std::uint32_t value) {
  const IndexStore store{offset, width};
  std::optional<std::size_t> found;
  ForEachAccess(code, [&](std::size_t at, const Access& access) {
    if (!found && store.Is(code, at, access) &&
        ConstantIn(code, at, access.value_register) == value)
      found = at;
  });
  return found ? found : FindSharedStore(code, store, value);
}

}  // namespace taskleak::platform::aarch64
