#include "symbolize/die.h"

#include <dwarf.h>

#include <string_view>

#include "symbolize/function_name.h"

namespace taskleak::symbolize {
namespace {

// Returns the declaration or abstract function that `die` is an instance of, or `die` itself if
// there is none.
Dwarf_Die Origin(Dwarf_Die die) {
  for (int step = 0; step < 16; ++step) {
    Dwarf_Attribute attribute;
    Dwarf_Die next;
    if ((dwarf_attr(&die, DW_AT_abstract_origin, &attribute) == nullptr &&
         dwarf_attr(&die, DW_AT_specification, &attribute) == nullptr) ||
        dwarf_formref_die(&attribute, &next) == nullptr) {
      break;
    }
    die = next;
  }
  return die;
}

std::string ScopeName(Dwarf_Die* die) {
  const std::string name = StringAttribute(die, DW_AT_name);
  switch (dwarf_tag(die)) {
    case DW_TAG_namespace:
      return name.empty() ? "(anonymous namespace)" : name;
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
      // GCC calls a lambda's class "<lambda(int)>"; Clang leaves it without a name.
      return name.empty() || name.starts_with("<lambda") ? "{lambda}" : name;
    case DW_TAG_subprogram:
      return SpelledName(FunctionName(*die));
    default:
      return {};
  }
}

// Returns "a::B::" for an entry in B in a. Entries are written in the order of the tree, so at each
// level the way leads through the last one that is not behind `die`.
std::string Scopes(Dwarf_Die die) {
  const Dwarf_Off offset = dwarf_dieoffset(&die);
  Dwarf_Die at;
  if (dwarf_diecu(&die, &at, nullptr, nullptr) == nullptr) return {};
  std::string scopes;
  for (Dwarf_Die child; dwarf_child(&at, &child) == 0;) {
    at = child;
    for (Dwarf_Die next = child; dwarf_siblingof(&next, &next) == 0;) {
      if (dwarf_dieoffset(&next) > offset) break;
      at = next;
    }
    if (dwarf_dieoffset(&at) >= offset) break;
    const std::string scope = ScopeName(&at);
    if (dwarf_tag(&at) == DW_TAG_subprogram) scopes.clear();  // its name has its own scopes
    if (!scope.empty()) scopes += scope + "::";
  }
  return scopes;
}

}  // namespace

std::optional<std::size_t> UnsignedAttribute(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word value = 0;
  if (dwarf_formudata(dwarf_attr_integrate(die, attribute, &found), &value) != 0) return {};
  return value;
}

std::string StringAttribute(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute found;
  const char* const text = dwarf_formstring(dwarf_attr_integrate(die, attribute, &found));
  return text == nullptr ? "" : text;
}

std::string FunctionName(Dwarf_Die die) {
  for (const unsigned attribute : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    const std::string linkage_name = StringAttribute(&die, attribute);
    if (!linkage_name.empty()) return Demangle(linkage_name.c_str());
  }
  const std::string name = StringAttribute(&die, DW_AT_name);
  return name.empty() ? "" : Scopes(Origin(die)) + name;
}

}  // namespace taskleak::symbolize
