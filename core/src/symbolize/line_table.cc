#include "symbolize/line_table.h"

namespace taskleak::symbolize {

std::size_t LineTable::At(Dwarf_Addr address) const {
  std::size_t begin = 0;
  std::size_t end = count_;
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    Dwarf_Addr at = 0;
    dwarf_lineaddr(dwarf_onesrcline(lines_, middle), &at);
    if (at <= address) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin == 0 ? count_ : begin - 1;
}

int LineTable::Line(std::size_t i) const {
  int line = 0;
  dwarf_lineno(dwarf_onesrcline(lines_, i), &line);
  return line;
}

bool LineTable::BeginsStatement(std::size_t i) const {
  bool begins = false;
  dwarf_linebeginstatement(dwarf_onesrcline(lines_, i), &begins);
  return begins;
}

std::string_view LineTable::File(std::size_t i) const {
  const char* const file = dwarf_linesrc(dwarf_onesrcline(lines_, i), nullptr, nullptr);
  return file == nullptr ? std::string_view() : file;
}

// In optimized code, a statement's entry comes before the code that was made from it and has other
// lines. Without optimization each entry begins a statement, and the right one follows.
std::optional<int> LineTable::FindStatement(Dwarf_Addr address, int first, int end) const {
  constexpr std::size_t kNear = 16;
  const std::size_t at = At(address);
  if (at == count_) return std::nullopt;
  const bool is_before = !BeginsStatement(at);
  for (std::size_t distance = 1; distance <= kNear; ++distance) {
    if (is_before ? at < distance : at + distance >= count_) break;
    const std::size_t i = is_before ? at - distance : at + distance;
    const int line = Line(i);
    if (line >= first && line < end && BeginsStatement(i) && File(i) == File(at)) return line;
  }
  return std::nullopt;
}

}  // namespace taskleak::symbolize
