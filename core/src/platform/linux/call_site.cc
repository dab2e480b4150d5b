#include "platform/linux/call_site.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>

#include "platform/memory.h"

namespace taskleak::platform {
namespace {

constexpr std::size_t kMostCode = 4096;  // of a function, searched for jumps

std::uintptr_t AddDisplacement(std::uintptr_t base, const unsigned char* displacement) {
  std::int32_t value = 0;
  std::memcpy(&value, displacement, sizeof value);
  return base + static_cast<std::uintptr_t>(std::int64_t{value});
}

// True if the bytes before `end` are FF /2 with operands of just that length.
bool IsIndirectCall(const unsigned char* end) {
  for (int length = 2; length <= 7; ++length) {
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

// Where an unconditional jump at `at` leads, if one stands there: a PLT entry or a thunk.
std::optional<std::uintptr_t> FollowJump(std::uintptr_t at) {
  std::array<unsigned char, 16> code{};
  if (ReadMemory(at, code.data(), code.size()) != code.size()) return {};
  std::size_t i = 0;
  constexpr std::array<unsigned char, 4> kEndbr64 = {0xf3, 0x0f, 0x1e, 0xfa};
  if (std::memcmp(code.data(), kEndbr64.data(), kEndbr64.size()) == 0) i += kEndbr64.size();
  if (code[i] == 0xf2) ++i;  // bnd
  if (code[i] == 0xe9) return AddDisplacement(at + i + 5, &code[i + 1]);
  if (code[i] == 0xff && code[i + 1] == 0x25)
    return ReadValue<std::uintptr_t>(AddDisplacement(at + i + 6, &code[i + 2]));
  return {};
}

// Whether the byte at `i` may belong to a negative displacement, or to that of a call or jump.
bool MayBeDisplacement(const unsigned char* code, std::size_t i) {
  if (i > 0 && code[i - 1] == 0xff) return true;
  for (std::size_t back = 1; back <= std::min<std::size_t>(i, sizeof(std::int32_t)); ++back) {
    if (code[i - back] == 0xe8 || code[i - back] == 0xe9) return true;
  }
  return false;
}

std::size_t ReadCode(const FunctionRange& function, std::array<unsigned char, kMostCode>& code) {
  if (function.end <= function.start) return 0;
  return ReadMemory(function.start, code.data(),
                    std::min(code.size(), function.end - function.start));
}

}  // namespace

bool CallSite::Calls(std::uintptr_t function_start) const {
  return std::find(targets.begin(), targets.end(), function_start) != targets.end();
}

CallSite ReadCallSite(std::uintptr_t return_address) {
  CallSite site;
  std::array<unsigned char, 8> code{};
  if (ReadMemory(return_address - code.size(), code.data(), code.size()) != code.size())
    return site;
  const unsigned char* const end = code.data() + code.size();
  std::optional<std::uintptr_t> target;
  if (end[-5] == 0xe8) {
    target = AddDisplacement(return_address, end - 4);
  } else if (end[-6] == 0xff && end[-5] == 0x15) {
    // Through a slot that the dynamic linker has filled (-fno-plt), or a variable.
    target = ReadValue<std::uintptr_t>(AddDisplacement(return_address, end - 4));
  }
  site.is_call = target.has_value() || IsIndirectCall(end);
  constexpr std::size_t kMostJumps = 4;
  while (target && site.targets.size() < kMostJumps) {
    site.targets.push_back(*target);
    target = FollowJump(*target);
  }
  return site;
}

bool HasJump(const FunctionRange& function, std::uintptr_t to) {
  constexpr std::size_t kLength = 5;  // of E9 with its displacement; the end of 0F 8x with it
  std::array<unsigned char, kMostCode> code;
  const std::size_t size = ReadCode(function, code);
  // Displacements that lead to `to` just by chance are one in four billion.
  for (std::size_t i = 0; i + kLength <= size; ++i) {
    const bool jump =
        code[i] == 0xe9 || (i > 0 && code[i - 1] == 0x0f && (code[i] & 0xf0U) == 0x80);
    if (jump && AddDisplacement(function.start + i + kLength, &code[i + 1]) == to) return true;
  }
  return false;
}

bool HasJumpThroughPointer(const FunctionRange& function) {
  std::array<unsigned char, kMostCode> code;
  const std::size_t size = ReadCode(function, code);
  for (std::size_t i = 0; i + 1 < size; ++i) {
    const bool jump = code[i] == 0xff && ((code[i + 1] >> 3) & 7U) == 4;  // FF /4
    if (jump && !MayBeDisplacement(code.data(), i)) return true;
  }
  return false;
}

}  // namespace taskleak::platform
