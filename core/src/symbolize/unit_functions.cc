#include "symbolize/unit_functions.h"

#include <dwarf.h>

#include <algorithm>
#include <iterator>

#include "symbolize/die.h"

namespace taskleak::symbolize {
namespace {

// Damaged debug information must not exhaust the stack.
constexpr int kDeepest = 200;

// Only entries with these tags contain functions with code.
bool MayHoldFunctions(int tag) {
  switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_subprogram:
    case DW_TAG_lexical_block:
    case DW_TAG_inlined_subroutine:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
      return true;
    default:
      return false;
  }
}

}  // namespace

UnitFunctions::UnitFunctions(Dwarf_Die unit) {
  Walk(&unit, kNone, 0);
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.begin < b.begin; });
}

void UnitFunctions::Walk(Dwarf_Die* parent, std::size_t function, int depth) {
  Dwarf_Die die;
  if (depth > kDeepest || dwarf_child(parent, &die) != 0) return;
  do {
    const int tag = dwarf_tag(&die);
    if (!MayHoldFunctions(tag)) continue;
    std::size_t inside = function;
    if (tag == DW_TAG_subprogram) {
      inside = functions_.size();
      ForEachRange(&die, [&](Dwarf_Addr begin, Dwarf_Addr end) {
        ranges_.push_back({.begin = begin, .end = end, .function = inside});
      });
      functions_.push_back({.die = die, .inlined = {}});
    } else if (tag == DW_TAG_inlined_subroutine && function != kNone) {
      ForEachRange(&die, [&](Dwarf_Addr begin, Dwarf_Addr end) {
        functions_[function].inlined.push_back(
            {.begin = begin, .end = end, .depth = depth, .die = die});
      });
    }
    Walk(&die, inside, depth + 1);
  } while (dwarf_siblingof(&die, &die) == 0);
}

std::vector<Dwarf_Die> UnitFunctions::Find(Dwarf_Addr address) const {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), address,
                       [](Dwarf_Addr a, const Range& range) { return a < range.begin; });
  if (after == ranges_.begin() || address >= std::prev(after)->end) return {};
  const Function& function = functions_[std::prev(after)->function];

  std::vector<Dwarf_Die> result;
  int depth = -1;
  for (const Inlined& inlined : function.inlined) {  // each deeper one is inside the previous one
    if (address < inlined.begin || address >= inlined.end || inlined.depth <= depth) continue;
    depth = inlined.depth;
    result.push_back(inlined.die);
  }
  std::reverse(result.begin(), result.end());
  result.push_back(function.die);
  return result;
}

}  // namespace taskleak::symbolize
