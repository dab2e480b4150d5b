#include "symbolize/symbol_index.h"

#include <elfutils/libdwfl.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <tuple>

namespace taskleak::symbolize {
namespace {

std::size_t LeadingUnderscores(const char* name) {
  const std::string_view text(name);
  if (text.starts_with("_Z")) return 0;  // a mangled C++ name
  return std::min(text.find_first_not_of('_'), text.size());
}

}  // namespace

SymbolIndex::SymbolIndex(Dwfl_Module* module) {
  const int count = dwfl_module_getsymtab(module);
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    GElf_Word section = 0;
    const char* const name =
        dwfl_module_getsym_info(module, i, &symbol, &address, &section, nullptr, nullptr);
    if (name == nullptr || *name == '\0' || section == SHN_UNDEF || symbol.st_size == 0) continue;
    const auto type = GELF_ST_TYPE(symbol.st_info);
    if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE) continue;
    symbols_.push_back({.begin = address,
                        .name = name,
                        .end = address + symbol.st_size,
                        .global = GELF_ST_BIND(symbol.st_info) != STB_LOCAL});
  }
  symbols_.shrink_to_fit();
  std::sort(symbols_.begin(), symbols_.end(),
            [](const Symbol& a, const Symbol& b) { return a.begin < b.begin; });
}

const SymbolIndex::Symbol* SymbolIndex::FindSymbol(std::uintptr_t pc) const {
  auto it =
      std::upper_bound(symbols_.begin(), symbols_.end(), pc,
                       [](std::uintptr_t a, const Symbol& symbol) { return a < symbol.begin; });
  // Functions hardly ever overlap, but one start can have many names.
  constexpr int kMostNames = 64;
  const Symbol* best = nullptr;
  for (int looked = 0; it != symbols_.begin() && looked < kMostNames; ++looked) {
    --it;
    if (best != nullptr && it->begin != best->begin) break;
    if (pc < it->end && (best == nullptr || Better(*it, *best))) best = &*it;
  }
  return best;
}

bool SymbolIndex::Better(const Symbol& a, const Symbol& b) {
  const auto rank = [](const Symbol& symbol) {
    return std::tuple(LeadingUnderscores(symbol.name), !symbol.global,
                      std::string_view(symbol.name));
  };
  return rank(a) < rank(b);
}

}  // namespace taskleak::symbolize
