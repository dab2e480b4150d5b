#include "linux/arch/x86_64/suspend_index.h"

#include <algorithm>
#include <utility>

#include "linux/arch/x86_64/address_use.h"

namespace taskleak::platform::x86_64 {
namespace {

// Holds what a ModRM byte and the bytes after it encode (Intel SDM volume 2, tables 2-2 and 2-3),
// if the operand is in memory at a register plus a distance.
struct Operand {
  unsigned reg = 0;   // the other operand, or a part of the opcode
  unsigned base = 0;  // the register
  std::size_t distance = 0;
  std::size_t length = 0;  // of the bytes that say it
};

constexpr std::size_t kFunctions = 16;  // what a frame begins with
constexpr std::size_t kNear = 96;  // how far before an instruction its registers are looked for

// Returns true if the instruction's REX prefix (4X) makes its base one of r8 to r15.
bool HasHighBase(Code code, std::size_t opcode) {
  return opcode > 0 && (code[opcode - 1] & 0xF1U) == 0x41;
}

// Reads the operand of the instruction whose opcode, of `width` bytes, is at `opcode`.
std::optional<Operand> ReadOperand(Code code, std::size_t opcode, std::size_t width = 1) {
  const std::size_t at = opcode + width;
  if (at + 2 > code.size()) return std::nullopt;
  const unsigned mod = code[at] >> 6;
  if (mod != 1 && mod != 2) return std::nullopt;
  const unsigned high = HasHighBase(code, opcode) ? 8 : 0;
  Operand operand{.reg = (code[at] >> 3) & 7U, .base = high | (code[at] & 7U), .length = 1};
  if ((code[at] & 7U) == 4) {  // a SIB byte follows: r12 needs one, too; the stack's is not a frame
    if (code[at + 1] != 0x24 || high == 0) return std::nullopt;
    operand.length = 2;
  }
  const std::size_t number = at + operand.length;
  operand.length += mod == 1 ? 1 : 4;
  if (at + operand.length > code.size()) return std::nullopt;
  std::int64_t distance = 0;
  if (mod == 1) {
    const std::int64_t byte = code[number];
    distance = byte < 0x80 ? byte : byte - 0x100;
  } else {
    distance = ReadInt32(code.data() + number);
  }
  if (distance < 0) return std::nullopt;  // the stack
  operand.distance = static_cast<std::size_t>(distance);
  return operand;
}

// The same, for what is behind the functions of a frame to which the register points.
std::optional<Operand> ReadFrameOperand(Code code, std::size_t opcode, std::size_t width = 1) {
  const auto operand = ReadOperand(code, opcode, width);
  return operand && operand->distance >= kFunctions ? operand : std::nullopt;
}

bool HasByte(Code code, std::size_t at, unsigned value) {
  return at < code.size() && code[at] == value;
}

// Returns the distance of the byte that is read at `i`, if one is: MOV 8A, MOVZX 0F B6, CMP 80 /7
// and 38, TEST F6 /0.
std::optional<std::size_t> ByteRead(Code code, std::size_t i) {
  const bool is_movzx = code[i] == 0x0F && code[i + 1] == 0xB6;
  const auto operand = ReadFrameOperand(code, i, is_movzx ? 2 : 1);
  if (!operand) return std::nullopt;
  const bool reads = is_movzx || code[i] == 0x8A || code[i] == 0x38 || code[i] == 0x3A ||
                     (code[i] == 0x80 && operand->reg == 7) ||
                     (code[i] == 0xF6 && operand->reg == 0);
  if (!reads) return std::nullopt;
  return operand->distance;
}

// Returns the distance of the byte that is set to a constant at `i`, if one is, and the constant:
// MOV C6 /0.
std::optional<std::pair<std::size_t, std::uint32_t>> ByteStore(Code code, std::size_t i) {
  if (code[i] != 0xC6) return std::nullopt;
  const auto operand = ReadFrameOperand(code, i);
  if (!operand || operand->reg != 0 || i + 1 + operand->length >= code.size()) return std::nullopt;
  return std::pair(operand->distance, std::uint32_t{code[i + 1 + operand->length]});
}

std::uint32_t ReadNumber(Code code, std::size_t at, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value |= std::uint32_t{code[at + i]} << (8 * i);
  return value;
}

// Returns the constant that was last put into a register before `at`: MOV B8+r, XOR 31 or 33.
std::optional<std::uint32_t> ConstantIn(Code code, std::size_t at, unsigned reg, bool extended) {
  const std::size_t first = at > kNear ? at - kNear : 0;
  for (std::size_t i = at; i-- > first;) {
    const bool has_prefix = i > 0 && code[i - 1] >= 0x41 && code[i - 1] <= 0x4F;
    const bool is_extended = has_prefix && (code[i - 1] & 1U) != 0;
    if (code[i] == 0xB8 + reg && is_extended == extended && i + 5 <= at) {
      const std::uint32_t value = ReadNumber(code, i + 1, 4);
      if (value < 0x10000) return value;
    }
    const bool is_xor = (code[i] == 0x31 || code[i] == 0x33) && i + 2 <= at &&
                        code[i + 1] == (0xC0 | reg << 3 | reg);
    if (is_xor && is_extended == extended) return 0;
  }
  return std::nullopt;
}

// Returns true if the instruction puts a pointer plus a constant of one byte into a register: ADD
// 83 /0 of the register itself, or LEA 8D of another.
bool SetsBehindPointer(Code instruction, unsigned reg) {
  const unsigned rex = instruction[0];
  const unsigned opcode = instruction[1];
  const unsigned modrm = instruction[2];
  if (opcode == 0x83) return rex == (0x48U | reg >> 3) && modrm == (0xC0U | (reg & 7U));
  return opcode == 0x8D && (rex & 0xFEU) == (0x48U | (reg >> 3) << 2) &&
         (modrm & 0xF8U) == (0x40U | (reg & 7U) << 3) && (modrm & 7U) != 4;
}

// Returns how far behind a pointer the operand's base was set before `at`; 0 if it was not. GCC 16
// may turn the address of a frame into that of its promise and store the index from there.
std::size_t SetBehind(Code code, std::size_t at, const Operand& operand) {
  constexpr std::size_t kLength = 4;
  const std::size_t first = at > kNear ? at - kNear : 0;
  for (std::size_t i = at; i-- > first;) {
    if (i + kLength <= at && SetsBehindPointer(code.subspan(i, kLength), operand.base))
      return code[i + kLength - 1];
  }
  return 0;
}

bool IsAt(std::size_t offset, Code code, std::size_t at, const Operand& operand) {
  return operand.distance == offset || operand.distance + SetBehind(code, at, operand) == offset;
}

// MOV C6 /0, or C7 /0 with the prefix 66; without it, four bytes of which the first two are ours.
bool StoresConstant(Code code, std::size_t i, std::size_t offset, std::size_t width,
                    std::uint32_t value) {
  const unsigned opcode = width == 1 ? 0xC6 : 0xC7;
  if (code[i] != opcode) return false;
  const auto operand = ReadOperand(code, i);
  if (!operand || operand->reg != 0 || !IsAt(offset, code, i, *operand)) return false;
  const std::size_t number = i + 1 + operand->length;
  return number + width <= code.size() && ReadNumber(code, number, width) == value;
}

// MOV 88 or 89 of a register that holds the constant.
bool StoresRegister(Code code, std::size_t i, std::size_t offset, std::size_t width,
                    std::uint32_t value) {
  if (code[i] != (width == 1 ? 0x88 : 0x89)) return false;
  const auto operand = ReadOperand(code, i);
  if (!operand || !IsAt(offset, code, i, *operand)) return false;
  const bool has_prefix = i > 0 && (code[i - 1] & 0xF0U) == 0x40;
  if (width == 2 && !HasByte(code, i - (has_prefix ? 2 : 1), 0x66)) return false;
  const bool extended = has_prefix && (code[i - 1] & 4U) != 0;
  return ConstantIn(code, i - (has_prefix ? 1 : 0), operand->reg, extended) == value;
}

}  // namespace

std::optional<std::size_t> FindGccIndex(Code actor) {
  // The first thing that it reads. Sanitizers mark the edges of each of its variables before, and
  // check each access.
  constexpr std::size_t kSearched = 4096;
  for (std::size_t i = 0; i + 2 < std::min(actor.size(), kSearched); ++i) {
    if (actor[i] == 0x0F && actor[i + 1] == 0xB7) {  // MOVZX
      if (const auto operand = ReadFrameOperand(actor, i, 2)) return operand->distance;
    }
    if (actor[i] == 0xF6) {  // TEST $1
      const auto operand = ReadFrameOperand(actor, i);
      if (operand && operand->reg == 0 && HasByte(actor, i + 1 + operand->length, 1))
        return operand->distance;
    }
  }
  return std::nullopt;
}

ByteUses FindByteUses(Code code) {
  ByteUses uses;
  for (std::size_t i = 0; i + 2 < code.size(); ++i) {
    if (const auto offset = ByteRead(code, i)) uses.read.insert(*offset);
    if (const auto store = ByteStore(code, i)) uses.stored[store->first].insert(store->second);
  }
  return uses;
}

std::optional<std::size_t> FindIndexStore(Code code, std::size_t offset, std::size_t width,
                                          std::uint32_t value) {
  for (std::size_t i = 0; i + 2 < code.size(); ++i) {
    if (StoresConstant(code, i, offset, width, value)) return i;
    if (i > 1 && StoresRegister(code, i, offset, width, value)) return i;
  }
  return std::nullopt;
}

}  // namespace taskleak::platform::x86_64
