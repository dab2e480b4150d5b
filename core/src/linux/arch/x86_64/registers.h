// The registers of x86-64 by their DWARF numbers.
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_REGISTERS_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_REGISTERS_H_

#if !defined(__x86_64__) || defined(__ILP32__)
#error "taskleak reads stacks and code of 64-bit x86-64 only (docs/compatibility.md)"
#endif

#include <array>
#include <cstddef>
#include <cstdint>

namespace taskleak::platform {

/// System V ABI for x86-64, figure 3.36: DWARF register number mapping.
enum Register : std::uint8_t {
  kRax = 0,
  kRdx = 1,
  kRcx = 2,
  kRbx = 3,
  kRsi = 4,
  kRdi = 5,
  kRbp = 6,
  kRsp = 7,
  kR8 = 8,
  kR9 = 9,
  kR10 = 10,
  kR11 = 11,
  kR12 = 12,
  kR13 = 13,
  kR14 = 14,
  kR15 = 15,
  kRip = 16,  ///< the column of the return address
  kRegisterCount = 17,
};

/// The ABI lets a function keep values this far below rsp (section 3.2.2).
inline constexpr std::size_t kRedZone = 128;

/// Values of registers, as far as they are known.
class Registers {
 public:
  [[nodiscard]] bool Knows(unsigned number) const {
    return number < kRegisterCount && ((known_ >> number) & 1U) != 0;
  }
  /// The value; 0 if it is not known.
  [[nodiscard]] std::uint64_t operator[](unsigned number) const { return values_[number]; }
  void Set(unsigned number, std::uint64_t value) {
    values_[number] = value;
    known_ |= 1U << number;
  }

 private:
  std::array<std::uint64_t, kRegisterCount> values_{};
  std::uint32_t known_ = 0;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_REGISTERS_H_
