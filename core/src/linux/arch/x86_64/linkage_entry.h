// Entries of procedure linkage tables: they jump to a function of another module. Some linkers
// write no call frame information for them (System V ABI for AMD64, section 5.2: "Procedure Linkage
// Table").
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_LINKAGE_ENTRY_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_LINKAGE_ENTRY_H_

#include <cstddef>
#include <optional>
#include <span>

namespace taskleak::platform::x86_64 {

/// How much code around an instruction decides whether it belongs to an entry.
inline constexpr std::size_t kLinkageReach = 24;

/// Returns how many bytes an entry has put on the stack before the instruction in the middle of
/// `code` runs; nothing if that instruction belongs to no entry.
std::optional<std::size_t> PushedByLinkageEntry(
    std::span<const unsigned char, 2 * kLinkageReach> code);

}  // namespace taskleak::platform::x86_64

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_LINKAGE_ENTRY_H_
