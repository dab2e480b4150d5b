// Reads single entries (DIEs) of debug information.
#ifndef TASKLEAK_SRC_SYMBOLIZE_DIE_H_
#define TASKLEAK_SRC_SYMBOLIZE_DIE_H_

#include <elfutils/libdw.h>

#include <cstddef>
#include <optional>
#include <string>

namespace taskleak::symbolize {

/// Calls `visit(begin, end)` for each range of code of `die`. Linkers leave the ranges of dropped
/// functions at address 0 or 1. These are skipped.
template <typename Visit>
void ForEachRange(Dwarf_Die* die, Visit visit) {
  Dwarf_Addr base = 0;
  Dwarf_Addr begin = 0;
  Dwarf_Addr end = 0;
  std::ptrdiff_t offset = 0;
  while ((offset = dwarf_ranges(die, offset, &base, &begin, &end)) > 0) {
    if (begin > 1 && begin < end) visit(begin, end);
  }
}

std::optional<std::size_t> UnsignedAttribute(Dwarf_Die* die, unsigned attribute);
/// Returns an empty text if there is none.
std::string StringAttribute(Dwarf_Die* die, unsigned attribute);

/// Returns the demangled name of a function or an inlined call of it. If there is no linker's name
/// (GCC leaves it out for functions that are not visible outside the unit), returns its scopes and
/// its name without parameters.
std::string FunctionName(Dwarf_Die die);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_DIE_H_
