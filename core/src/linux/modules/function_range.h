// Where the function that holds an address begins and ends, also in stripped code.
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
/// (Linux Standard Base, "The .eh_frame_hdr section"). Nothing is known of addresses before the
/// first function, nor if the table is cut off or not encoded as linkers write it on x86-64.
FunctionRange SearchFrameTable(std::span<const char> table, std::uintptr_t here, std::uintptr_t pc);

/// From the sorted table in .eh_frame_hdr, or the symbols if there is none. `pc` must be
/// covered by .eh_frame. A part of a function that the compiler moved away is a range of its own.
FunctionRange FunctionAt(Dwfl_Module* module, std::uintptr_t pc);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_MODULES_FUNCTION_RANGE_H_
