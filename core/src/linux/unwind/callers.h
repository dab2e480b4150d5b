// All calls of one function in the code of a process.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_CALLERS_H_
#define TASKLEAK_SRC_LINUX_UNWIND_CALLERS_H_

#include <cstdint>
#include <vector>

#include "linux/modules/modules.h"

namespace taskleak::platform {

/// The addresses after the calls that lead to `function`: directly, through an entry of a procedure
/// linkage table, or to a function that ends with a jump to it. Reads all code that is mapped.
std::vector<std::uintptr_t> FindCallersOf(std::uintptr_t function)
    TASKLEAK_REQUIRES(Modules::Instance().mutex());

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_CALLERS_H_
