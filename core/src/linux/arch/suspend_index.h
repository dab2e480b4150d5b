// Finds out how the code of a coroutine keeps the number of the place where it is suspended: the
// part that is the same on every processor.
#ifndef TASKLEAK_SRC_LINUX_ARCH_SUSPEND_INDEX_H_
#define TASKLEAK_SRC_LINUX_ARCH_SUSPEND_INDEX_H_

#include <cstddef>
#include <optional>

#include "linux/arch/decoded.h"

namespace taskleak::platform {

/// Returns where in a frame Clang's index of one byte is: both .resume and .destroy read that byte,
/// and .resume sets it to constants. Returns nothing if there are no two places to distinguish.
std::optional<std::size_t> FindClangIndex(const ByteUses& resume, const ByteUses& destroy);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_SUSPEND_INDEX_H_
