// Values of the processor's registers. Its folder names them, and says which has which part:
// kStackPointer, kFramePointer, kPc, kReturnColumn and what a system call uses.
#ifndef TASKLEAK_SRC_LINUX_ARCH_REGISTERS_H_
#define TASKLEAK_SRC_LINUX_ARCH_REGISTERS_H_

#if defined(__x86_64__) && !defined(__ILP32__)
#include "linux/arch/x86_64/registers.h"
#elif defined(__aarch64__) && !defined(__ILP32__) && !defined(__AARCH64EB__)
#include "linux/arch/aarch64/registers.h"
#else
#error "taskleak reads stacks and code of 64-bit x86-64 and aarch64 only (docs/compatibility.md)"
#endif

#include <array>
#include <cstdint>

namespace taskleak::platform {

/// Values of registers, as far as they are known.
class Registers {
 public:
  [[nodiscard]] bool Knows(unsigned number) const {
    return number < kRegisterCount && ((known_ >> number) & 1) != 0;
  }
  /// Returns the value; 0 if it is not known.
  [[nodiscard]] std::uint64_t operator[](unsigned number) const { return values_[number]; }
  void Set(unsigned number, std::uint64_t value) {
    values_[number] = value;
    known_ |= std::uint64_t{1} << number;
  }

 private:
  std::array<std::uint64_t, kRegisterCount> values_{};
  std::uint64_t known_ = 0;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_REGISTERS_H_
