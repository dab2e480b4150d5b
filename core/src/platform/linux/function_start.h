// Where the function that holds an address begins, also in stripped code.
#ifndef TASKLEAK_SRC_PLATFORM_LINUX_FUNCTION_START_H_
#define TASKLEAK_SRC_PLATFORM_LINUX_FUNCTION_START_H_

#include <cstdint>

struct Dwfl_Module;

namespace taskleak::platform {

/// From the sorted table in .eh_frame_hdr (Linux Standard Base, "The .eh_frame_hdr section"). `pc`
/// must be covered by .eh_frame. Returns 0 if there is no such table. A part of a function that the
/// compiler moved away has its own start.
std::uintptr_t FunctionStart(Dwfl_Module* module, std::uintptr_t pc);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_PLATFORM_LINUX_FUNCTION_START_H_
