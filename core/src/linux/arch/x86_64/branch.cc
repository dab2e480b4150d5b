#include "linux/arch/x86_64/branch.h"

#include <algorithm>
#include <cstring>

namespace taskleak::platform::x86_64 {
namespace {

std::uintptr_t AddDisplacement(std::uintptr_t base, const unsigned char* displacement) {
  std::int32_t value = 0;
  std::memcpy(&value, displacement, sizeof value);
  return base + static_cast<std::uintptr_t>(std::int64_t{value});
}

// Returns true if the bytes before `end` are FF /2 with operands of exactly that length.
bool IsIndirectCall(const unsigned char* end) {
  for (int length = 2; length <= static_cast<int>(kLongestCall); ++length) {
    const unsigned char* const at = end - length;
    const unsigned modrm = at[1];
    if (at[0] != 0xff || ((modrm >> 3) & 7U) != 2) continue;
    const unsigned mod = modrm >> 6;
    const bool sib = mod != 3 && (modrm & 7U) == 4;
    const unsigned base = sib && length > 2 ? at[2] & 7U : modrm & 7U;
    int wanted = sib ? 3 : 2;
    if (mod == 1) wanted += 1;
    if (mod == 2 || (mod == 0 && base == 5)) wanted += 4;
    if (wanted == length) return true;
  }
  return false;
}

// Returns whether the byte at `i` may belong to a negative displacement, or to that of a call or
// jump.
bool MayBeDisplacement(std::span<const unsigned char> code, std::size_t i) {
  if (i > 0 && code[i - 1] == 0xff) return true;
  for (std::size_t back = 1; back <= std::min<std::size_t>(i, sizeof(std::int32_t)); ++back) {
    if (code[i - back] == 0xe8 || code[i - back] == 0xe9) return true;
  }
  return false;
}

}  // namespace

Branch DecodeCall(std::span<const unsigned char, kLongestCall> code,
                  std::uintptr_t return_address) {
  const unsigned char* const end = code.data() + code.size();
  if (end[-5] == 0xe8) return {Branch::Kind::kDirect, AddDisplacement(return_address, end - 4)};
  // Through a slot that the dynamic linker has filled (-fno-plt), or a variable.
  if (end[-6] == 0xff && end[-5] == 0x15)
    return {Branch::Kind::kSlot, AddDisplacement(return_address, end - 4)};
  return {IsIndirectCall(end) ? Branch::Kind::kAnywhere : Branch::Kind::kNone, 0};
}

Branch DecodeJump(std::span<const unsigned char, kLongestJump> code, std::uintptr_t at) {
  std::size_t i = 0;
  if (std::memcmp(code.data(), kEndbr64.data(), kEndbr64.size()) == 0) i += kEndbr64.size();
  if (code[i] == 0xf2) ++i;  // bnd
  if (code[i] == 0xe9) return {Branch::Kind::kDirect, AddDisplacement(at + i + 5, &code[i + 1])};
  if (code[i] == 0xff && code[i + 1] == 0x25)
    return {Branch::Kind::kSlot, AddDisplacement(at + i + 6, &code[i + 2])};
  return {};
}

bool HasJump(std::span<const unsigned char> code, std::uintptr_t start, std::uintptr_t to) {
  constexpr std::size_t kLength = 5;  // of E9 with its displacement; the end of 0F 8x with it
  // Displacements that lead to `to` just by chance are one in four billion.
  for (std::size_t i = 0; i + kLength <= code.size(); ++i) {
    const bool jump =
        code[i] == 0xe9 || (i > 0 && code[i - 1] == 0x0f && (code[i] & 0xf0U) == 0x80);
    if (jump && AddDisplacement(start + i + kLength, &code[i + 1]) == to) return true;
  }
  return false;
}

bool HasJumpThroughPointer(std::span<const unsigned char> code) {
  for (std::size_t i = 0; i + 1 < code.size(); ++i) {
    const bool jump = code[i] == 0xff && ((code[i + 1] >> 3) & 7U) == 4;  // FF /4
    if (jump && !MayBeDisplacement(code, i)) return true;
  }
  return false;
}

}  // namespace taskleak::platform::x86_64
