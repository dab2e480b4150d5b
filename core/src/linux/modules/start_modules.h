// Finds out what was loaded when the program started.
#ifndef TASKLEAK_SRC_LINUX_MODULES_START_MODULES_H_
#define TASKLEAK_SRC_LINUX_MODULES_START_MODULES_H_

#include <cstddef>
#include <cstdint>

namespace taskleak::platform {

/// Returns false for code of a library that was loaded later with dlopen(3), and may be unloaded.
/// Returns true for all code of another process (platform/subject.h), since that is not known
/// there. Thread-safe.
bool WasLoadedAtStart(std::uintptr_t address);

/// Returns how many bytes at most the thread-local variables of the program and of these libraries
/// take in each thread. Thread-safe.
std::size_t ThreadLocalsAtStart();

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_MODULES_START_MODULES_H_
