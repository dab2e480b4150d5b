// Finds variables in the process that is looked at.
#ifndef TASKLEAK_SRC_LINUX_MODULES_OBJECT_H_
#define TASKLEAK_SRC_LINUX_MODULES_OBJECT_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace taskleak::platform {

/// Returns the addresses of the variables with this linker name, in any module: at most one in
/// each. Reads the symbol tables (.symtab) of the files that are mapped, but no separate debug
/// information. Takes some milliseconds for 100,000 symbols. Thread-safe.
std::vector<std::uintptr_t> FindObjects(std::string_view name);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_MODULES_OBJECT_H_
