// Finds the code that created a thread or task, from the addresses that were recorded.
#ifndef TASKLEAK_SRC_EXPLAIN_CREATION_FRAMES_H_
#define TASKLEAK_SRC_EXPLAIN_CREATION_FRAMES_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "linux/unwind/raw_stack.h"
#include "registry/creation_stacks.h"

namespace taskleak::explain {

/// Returns the frames of the call that created a thread, without the hooks' own.
std::vector<platform::RawFrame> CreationFrames(std::span<const std::uintptr_t> return_addresses);
/// Returns the same of the call that detached one.
std::vector<platform::RawFrame> DetachFrames(std::span<const std::uintptr_t> return_addresses);

/// Returns the same of the call that created a child process.
std::vector<platform::RawFrame> ForkFrames(std::span<const std::uintptr_t> return_addresses);

/// Returns the frames of the code that created a task: its stack if that was kept, else the one
/// address, if any.
std::vector<platform::RawFrame> CreationFrames(const registry::CreationStack* created,
                                               std::uintptr_t site);

/// Returns whether a function belongs to a library between taskleak and the code that begins an
/// operation or launches a fiber. `runtime` as in Frame.
bool IsInTaskLibrary(bool runtime, std::string_view plain_name);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_CREATION_FRAMES_H_
