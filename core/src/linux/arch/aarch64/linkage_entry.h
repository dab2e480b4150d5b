// Entries of procedure linkage tables, and what linkers put between a call and a function that is
// too far away: they jump to a function, and have no call frame information (aaelf64, "PLT
// Sequences and Usage Models").
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_LINKAGE_ENTRY_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_LINKAGE_ENTRY_H_

#include <cstddef>
#include <optional>
#include <span>

namespace taskleak::platform::aarch64 {

/// How much code around an instruction decides whether it belongs to an entry.
inline constexpr std::size_t kLinkageReach = 32;

/// Returns how many bytes an entry has put on the stack before the instruction in the middle of
/// `code` runs; nothing if that instruction belongs to no entry. What it puts there ends with the
/// return address.
std::optional<std::size_t> PushedByLinkageEntry(
    std::span<const unsigned char, 2 * kLinkageReach> code);

}  // namespace taskleak::platform::aarch64

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_LINKAGE_ENTRY_H_
