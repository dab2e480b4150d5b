// Finds the functions of one compilation unit by address.
#ifndef TASKLEAK_SRC_SYMBOLIZE_UNIT_FUNCTIONS_H_
#define TASKLEAK_SRC_SYMBOLIZE_UNIT_FUNCTIONS_H_

#include <elfutils/libdw.h>

#include <cstddef>
#include <vector>

namespace taskleak::symbolize {

/// Is built in one walk over the unit's tree, which records each function's inlined calls with
/// their depth. Not thread-safe.
class UnitFunctions {
 public:
  explicit UnitFunctions(Dwarf_Die unit);

  /// Returns the function that covers `address`, preceded by the calls that are inlined there,
  /// innermost first. Returns an empty list if the unit has none.
  [[nodiscard]] std::vector<Dwarf_Die> Find(Dwarf_Addr address) const;

 private:
  struct Inlined {
    Dwarf_Addr begin;
    Dwarf_Addr end;
    int depth;
    Dwarf_Die die;
  };
  struct Function {
    Dwarf_Die die;
    std::vector<Inlined> inlined;  // outer ones first
  };
  struct Range {
    Dwarf_Addr begin;
    Dwarf_Addr end;
    std::size_t function;
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void Walk(Dwarf_Die* parent, std::size_t function, int depth);

  std::vector<Function> functions_;
  std::vector<Range> ranges_;  // sorted by begin
};

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_UNIT_FUNCTIONS_H_
