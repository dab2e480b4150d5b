// Reads call frame information that is mapped into the program itself, for code that must not take
// a lock.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_EH_FRAME_H_
#define TASKLEAK_SRC_LINUX_UNWIND_EH_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "linux/unwind/short_rule.h"

namespace taskleak::platform {

/// Returns the rule for the instruction at `pc` by the .eh_frame_hdr at an offset in memory that
/// holds .eh_frame too. Reads nothing outside that memory, whatever the sections say.
ShortRule FindRule(std::span<const std::uint8_t> memory, std::size_t index, std::uintptr_t pc);

/// The .eh_frame_hdr section of a mapped program or library.
class EhFrameIndex {
 public:
  EhFrameIndex() = default;
  explicit EhFrameIndex(const void* section)
      : section_(static_cast<const std::uint8_t*>(section)) {}

  /// Returns the rule for the instruction at `pc`. It is not usable if there is none or it is an
  /// unusual one. Takes no lock and no memory, makes no system call, and needs about 350 bytes of
  /// stack. Reads only the segment that holds the section.
  [[nodiscard]] ShortRule RuleAt(std::uintptr_t pc) const;

  /// Returns the beginning of the function that begins last before `pc`; 0 if none does.
  [[nodiscard]] std::uintptr_t FunctionStart(std::uintptr_t pc) const;

  [[nodiscard]] std::uintptr_t address() const {
    return reinterpret_cast<std::uintptr_t>(section_);
  }

 private:
  const std::uint8_t* section_ = nullptr;
};

/// Returns the section of the program or library that contains `pc`, or one with address 0 if there
/// is none. Takes no lock (_dl_find_object(3) in glibc's manual: lock-free and async-signal-safe).
EhFrameIndex FindEhFrameIndex(std::uintptr_t pc);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_EH_FRAME_H_
