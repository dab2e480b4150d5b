// The lines of one compilation unit.
#ifndef TASKLEAK_SRC_SYMBOLIZE_LINE_TABLE_H_
#define TASKLEAK_SRC_SYMBOLIZE_LINE_TABLE_H_

#include <elfutils/libdw.h>

#include <cstddef>
#include <optional>
#include <string_view>

namespace taskleak::symbolize {

/// Reads the entries of dwarf_getsrclines(), which libdw sorts by address and keeps.
class LineTable {
 public:
  LineTable(Dwarf_Lines* lines, std::size_t count) : lines_(lines), count_(count) {}

  /// Returns the line of the statement that contains the code at `address`, if the compiler gave
  /// the code itself another line. Only lines from `first` on and before `end` count.
  [[nodiscard]] std::optional<int> FindStatement(Dwarf_Addr address, int first, int end) const;

 private:
  // Returns the index of the entry that the address is at; count_ if there is none.
  [[nodiscard]] std::size_t At(Dwarf_Addr address) const;
  [[nodiscard]] int Line(std::size_t i) const;
  [[nodiscard]] bool BeginsStatement(std::size_t i) const;
  [[nodiscard]] std::string_view File(std::size_t i) const;

  Dwarf_Lines* lines_;
  std::size_t count_;
};

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_LINE_TABLE_H_
