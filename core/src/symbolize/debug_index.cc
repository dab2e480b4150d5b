#include "symbolize/debug_index.h"

#include <dwarf.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "symbolize/die.h"
#include "symbolize/line_table.h"
#include "symbolize/source_path.h"

namespace taskleak::symbolize {
namespace {

// Sets the file and line of the instruction at `address`.
void SetLine(Dwarf_Die* unit, Dwarf_Addr address, std::string_view directory,
             SourceLocation* location) {
  Dwarf_Line* const entry = dwarf_getsrc_die(unit, address);
  if (entry == nullptr) return;
  if (const char* const file = dwarf_linesrc(entry, nullptr, nullptr))
    location->file = ShortSourcePath(file, directory);
  dwarf_lineno(entry, &location->line);
}

// Sets the file and line at which `inlined` was called.
void SetCallLine(Dwarf_Die* unit, Dwarf_Die* inlined, std::string_view directory,
                 SourceLocation* location) {
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  const auto index = UnsignedAttribute(inlined, DW_AT_call_file);
  if (index && dwarf_getsrcfiles(unit, &files, &count) == 0 && *index < count) {
    if (const char* const file = dwarf_filesrc(files, *index, nullptr, nullptr))
      location->file = ShortSourcePath(file, directory);
  }
  location->line = static_cast<int>(UnsignedAttribute(inlined, DW_AT_call_line).value_or(0));
}

// Without types (clang's -g1), the debug information does not show where a function is declared;
// then the origin of its code counts.
bool IsInCppLibrary(Dwarf_Die function, const SourceLocation& location) {
  const char* const declared_in = dwarf_decl_file(&function);
  return IsCppLibraryFile(declared_in == nullptr ? location.file : declared_in);
}

}  // namespace

DebugIndex::DebugIndex(Dwfl_Module* module) : dwarf_(dwfl_module_getdwarf(module, &bias_)) {
  // Unused capacity is never touched and takes no memory; growing would take it twice.
  constexpr std::size_t kUsual = std::size_t{1} << 16;
  if (dwarf_ != nullptr) ranges_.reserve(kUsual);
}

void DebugIndex::AddUnit(Dwarf_Die die) {
  const std::size_t before = ranges_.size();
  ForEachRange(&die, [&](Dwarf_Addr begin, Dwarf_Addr end) {
    constexpr Dwarf_Addr kMost = std::numeric_limits<std::uint32_t>::max();
    ranges_.push_back({.begin = begin,
                       .size = static_cast<std::uint32_t>(std::min(end - begin, kMost)),
                       .unit = static_cast<std::uint32_t>(units_.size())});
  });
  if (ranges_.size() == before) return;
  units_.push_back(
      {.die = die, .directory = StringAttribute(&die, DW_AT_comp_dir), .functions = nullptr});
}

// Reads as many units as have been read already, so that all n units are sorted only log n times.
bool DebugIndex::ReadMoreUnits() {
  if (dwarf_ == nullptr) return false;
  const std::size_t wanted = 2 * units_.size() + 1;
  while (units_.size() < wanted) {
    Dwarf_Die die;
    if (dwarf_get_units(dwarf_, last_read_, &last_read_, nullptr, nullptr, &die, nullptr) != 0) {
      dwarf_ = nullptr;
      break;
    }
    AddUnit(die);
  }
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.begin < b.begin; });
  return true;
}

DebugIndex::Unit* DebugIndex::FindUnit(Dwarf_Addr address) {
  do {
    if (Unit* const unit = FindUnitRead(address)) return unit;
  } while (ReadMoreUnits());
  return nullptr;
}

DebugIndex::Unit* DebugIndex::FindUnitRead(Dwarf_Addr address) {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), address,
                       [](Dwarf_Addr a, const Range& range) { return a < range.begin; });
  if (after == ranges_.begin() || address - std::prev(after)->begin >= std::prev(after)->size)
    return nullptr;
  return &units_[std::prev(after)->unit];
}

std::vector<SourceLocation> DebugIndex::Find(std::uintptr_t pc) {
  const Dwarf_Addr address = pc - bias_;
  Unit* const unit = FindUnit(address);
  if (unit == nullptr) return {};
  if (unit->functions == nullptr) unit->functions = std::make_unique<UnitFunctions>(unit->die);

  std::vector<SourceLocation> result(1);
  SetLine(&unit->die, address, unit->directory, &result.back());
  std::vector<Dwarf_Die> functions = unit->functions->Find(address);
  for (std::size_t i = 0; i < functions.size(); ++i) {
    result.back().function = FunctionName(functions[i]);
    result.back().in_cpp_library = IsInCppLibrary(functions[i], result.back());
    if (i + 1 == functions.size()) break;
    result.emplace_back();
    SetCallLine(&unit->die, &functions[i], unit->directory, &result.back());
  }
  return result;
}

std::optional<int> DebugIndex::FindStatement(std::uintptr_t pc, int first, int end) {
  const Dwarf_Addr address = pc - bias_;
  Unit* const unit = FindUnit(address);
  Dwarf_Lines* lines = nullptr;
  std::size_t count = 0;
  if (unit == nullptr || dwarf_getsrclines(&unit->die, &lines, &count) != 0) return std::nullopt;
  return LineTable(lines, count).FindStatement(address, first, end);
}

}  // namespace taskleak::symbolize
