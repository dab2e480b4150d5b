// Reads the debug information of one module: the functions, inlined ones included, at an address.
#ifndef TASKLEAK_SRC_SYMBOLIZE_DEBUG_INDEX_H_
#define TASKLEAK_SRC_SYMBOLIZE_DEBUG_INDEX_H_

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "symbolize/unit_functions.h"

namespace taskleak::symbolize {

/// Holds one function at an address, and its line: in the innermost function that of the address,
/// in the others that of the inlined call.
struct SourceLocation {
  std::string function;         ///< demangled; empty if the debug information does not have it
  std::string file;             ///< as ShortSourcePath returns it; empty when unknown
  int line = 0;                 ///< 0 when unknown
  bool in_cpp_library = false;  ///< the function's source is a file of the C++ library
};

/// Reads DWARF 4 and 5 of GCC and Clang. Does not need .debug_aranges, which Clang leaves out: the
/// index is built from the ranges of the compilation units. Reads the units in their order, only as
/// far as an address requires, since a program's own files are linked before its libraries. For
/// split units (-gsplit-dwarf), only the line of the address is known.
///
/// Not thread-safe: build and use it under platform::Modules' mutex, while the module is mapped.
class DebugIndex {
 public:
  explicit DebugIndex(Dwfl_Module* module);

  /// Returns the places of `pc`, innermost first; each is inlined into the next. Empty when there
  /// is no debug information for `pc`.
  [[nodiscard]] std::vector<SourceLocation> Find(std::uintptr_t pc);

  /// Returns the line of the statement that contains the code at `pc`, if the compiler gave the
  /// code itself another line. Only lines from `first` on and before `end` count.
  [[nodiscard]] std::optional<int> FindStatement(std::uintptr_t pc, int first, int end);

 private:
  struct Unit {
    Dwarf_Die die;
    std::string directory;  // in which it was compiled
    std::unique_ptr<UnitFunctions> functions;
  };
  struct Range {  // there are many
    Dwarf_Addr begin;
    std::uint32_t size;
    std::uint32_t unit;
  };

  // Returns the unit that holds the address. Reads more units until there is one.
  Unit* FindUnit(Dwarf_Addr address);
  Unit* FindUnitRead(Dwarf_Addr address);
  // Returns false if there are no more.
  bool ReadMoreUnits();
  void AddUnit(Dwarf_Die die);

  Dwarf_Addr bias_ = 0;
  Dwarf* dwarf_;  // null once all units have been read
  Dwarf_CU* last_read_ = nullptr;
  std::vector<Unit> units_;
  std::vector<Range> ranges_;  // sorted by begin
};

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_DEBUG_INDEX_H_
