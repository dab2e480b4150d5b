// Where machine code takes an address, and where it calls.
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_ADDRESS_USE_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_ADDRESS_USE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace taskleak::platform::x86_64 {

/// Reads four bytes as instructions hold numbers.
inline std::int32_t ReadInt32(const std::uint8_t* bytes) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | bytes[i];
  return static_cast<std::int32_t>(value);
}

/// Calls `visit(place, address)` for all that can be read as an address relative to the next
/// instruction (Intel SDM volume 2, table 2-7: mod 00, r/m 101) in `code`, which is at the address
/// `at`. `place` is the offset of the ModRM byte. Does not understand instructions with an
/// immediate operand after the address. Does not decode code from its beginning, so most hits are
/// chance.
template <typename Visit>
void ForEachRelativeAddress(std::span<const std::uint8_t> code, std::uintptr_t at, Visit visit) {
  constexpr std::uint64_t kMask = 0xC7C7C7C7C7C7C7C7;
  constexpr std::uint64_t kRelative = 0x0505050505050505;
  constexpr std::uint64_t kLow = 0x7F7F7F7F7F7F7F7F;
  constexpr std::size_t kAfter = 5;  // ModRM byte and displacement
  const std::uint8_t* const bytes = code.data();
  for (std::size_t i = 0; i + 8 + kAfter <= code.size(); i += 8) {
    std::uint64_t word = 0;
    __builtin_memcpy(&word, bytes + i, sizeof word);
    // The highest bit of each byte that is such a ModRM byte (H. Warren, "Hacker's Delight",
    // "Find First 0-Byte").
    const std::uint64_t different = (word & kMask) ^ kRelative;
    std::uint64_t hits = ~(((different & kLow) + kLow) | different | kLow);
    for (; hits != 0; hits &= hits - 1) {
      const std::size_t place = i + static_cast<std::size_t>(__builtin_ctzll(hits)) / 8;
      visit(place, at + place + kAfter +
                       static_cast<std::uintptr_t>(std::intptr_t{ReadInt32(bytes + place + 1)}));
    }
  }
}

/// Calls `visit(place, address)` for all that can be read as an address in four bytes of `code`, as
/// code that is not position-independent contains it. `place` is its offset.
template <typename Visit>
void ForEachFixedAddress(std::span<const std::uint8_t> code, Visit visit) {
  for (std::size_t i = 0; i + 4 <= code.size(); ++i)
    visit(i, std::uintptr_t{static_cast<std::uint32_t>(ReadInt32(code.data() + i))});
}

/// Calls `visit(return_address, target)` for all that can be read as a call in `code`, which is at
/// the address `at` (CALL: E8, FF /2 of registers and of what is stored at a relative address);
/// `target` is 0 if it is not a direct one.
template <typename Visit>
void ForEachCall(std::span<const std::uint8_t> code, std::uintptr_t at, Visit visit) {
  const std::uint8_t* const bytes = code.data();
  for (std::size_t i = 0; i + 2 <= code.size(); ++i) {
    const bool has_address = i + 6 <= code.size();
    if (bytes[i] == 0xE8 && has_address) {
      const std::uintptr_t next = at + i + 5;
      visit(next, next + static_cast<std::uintptr_t>(std::intptr_t{ReadInt32(bytes + i + 1)}));
    } else if (bytes[i] == 0xFF && bytes[i + 1] == 0x15 && has_address) {
      visit(at + i + 6, std::uintptr_t{0});
    } else if (bytes[i] == 0xFF && (bytes[i + 1] & 0xF8) == 0xD0) {
      visit(at + i + 2, std::uintptr_t{0});
    }
  }
}

}  // namespace taskleak::platform::x86_64

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_ADDRESS_USE_H_
