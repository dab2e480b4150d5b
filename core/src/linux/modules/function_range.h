// Finds the begin and end of the function that contains an address, also in stripped code.
#ifndef TASKLEAK_SRC_LINUX_MODULES_FUNCTION_RANGE_H_
#define TASKLEAK_SRC_LINUX_MODULES_FUNCTION_RANGE_H_

#include <cstdint>
#include <span>

struct Dwfl_Module;

namespace taskleak::platform {

struct FunctionRange {
  std::uintptr_t start = 0;  ///< 0 when not known
  std::uintptr_t end = 0;    ///< or where the next function begins

  bool operator==(const FunctionRange&) const = default;
};

/// Searches .eh_frame_hdr, which is mapped at the address `here`, for the function that holds `pc`
/// (Linux Standard Base, "The .eh_frame_hdr section"). Returns an empty range for addresses before
/// the first function, and if the table is cut off or not encoded as linkers write it on x86-64.
FunctionRange SearchFrameTable(std::span<const char> table, std::uintptr_t here, std::uintptr_t pc);

/// Finds the range in the sorted table of .eh_frame_hdr, or in the symbols if there is none. `pc`
/// must be covered by .eh_frame. A part of a function that the compiler moved away is a range of
/// its own.
FunctionRange FunctionAt(Dwfl_Module* module, std::uintptr_t pc);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_MODULES_FUNCTION_RANGE_H_
