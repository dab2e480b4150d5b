// Finds out how the code of a coroutine keeps the number of the place where it is suspended.
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_SUSPEND_INDEX_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_SUSPEND_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "linux/arch/decoded.h"

namespace taskleak::platform::aarch64 {

using Code = std::span<const std::uint8_t>;

/// Returns where in a frame GCC's index of two bytes is, by the first read of the function .actor.
/// The two bytes after the index show whether the frame came from the allocator, and whether the
/// coroutine was started (gcc/cp/coroutines.cc, _Coro_resume_index and what follows it).
std::optional<std::size_t> FindGccIndex(Code actor);

/// Returns the bytes that `code` reads and sets to constants, through any register but the stack's
/// and beyond the two functions that a frame begins with.
ByteUses FindByteUses(Code code);

/// Returns the offset of the first instruction that sets the index at `offset` of a frame, of
/// `width` bytes, to `value`.
std::optional<std::size_t> FindIndexStore(Code code, std::size_t offset, std::size_t width,
                                          std::uint32_t value);

}  // namespace taskleak::platform::aarch64

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_SUSPEND_INDEX_H_
