#include "symbolize/symbol_index.h"

#include <elfutils/libdwfl.h>

#include <algorithm>
#include <cstddef>
#include <limits>
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

// A symbol's name, and what makes it better than another of the same function.
struct SymbolIndex::Name {
  const char* text = nullptr;  // inside the module's string table
  bool global = false;

  [[nodiscard]] bool IsBetterThan(const Name& other) const { return Rank() < other.Rank(); }

 private:
  [[nodiscard]] std::tuple<std::size_t, bool, std::string_view> Rank() const {
    return {LeadingUnderscores(text), !global, text};
  }
};

SymbolIndex::SymbolIndex(Dwfl_Module* module) : module_(module) {
  const int count = dwfl_module_getsymtab(module);
  // The end that stays unused is never touched, so it takes no memory.
  symbols_.reserve(static_cast<std::size_t>(std::max(count, 0)));
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    GElf_Word section = 0;
    const char* const name =
        dwfl_module_getsym_info(module, i, &symbol, &address, &section, nullptr, nullptr);
    if (name == nullptr || *name == '\0' || section == SHN_UNDEF || symbol.st_size == 0) continue;
    const auto type = GELF_ST_TYPE(symbol.st_info);
    if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE) continue;
    constexpr GElf_Xword kMost = std::numeric_limits<std::uint32_t>::max();
    symbols_.push_back({.begin = address,
                        .size = static_cast<std::uint32_t>(std::min(symbol.st_size, kMost)),
                        .index = i});
  }
  std::sort(symbols_.begin(), symbols_.end(),
            [](const Symbol& a, const Symbol& b) { return a.begin < b.begin; });
}

std::optional<SymbolIndex::Function> SymbolIndex::FindFunction(std::uintptr_t pc) const {
  auto it =
      std::upper_bound(symbols_.begin(), symbols_.end(), pc,
                       [](std::uintptr_t a, const Symbol& symbol) { return a < symbol.begin; });
  // Functions hardly ever overlap, but one start can have many names.
  constexpr int kMostNames = 64;
  const Symbol* found = nullptr;
  Name best;
  for (int looked = 0; it != symbols_.begin() && looked < kMostNames; ++looked) {
    --it;
    if (found != nullptr && it->begin != found->begin) break;
    if (pc - it->begin >= it->size) continue;
    const Name name = NameOf(*it);
    if (found == nullptr || name.IsBetterThan(best)) best = name;
    found = &*it;
  }
  if (found == nullptr) return std::nullopt;
  return Function{.name = best.text, .begin = found->begin, .end = found->begin + found->size};
}

SymbolIndex::Name SymbolIndex::NameOf(const Symbol& symbol) const {
  GElf_Sym whole;
  GElf_Addr address = 0;
  const char* const text =
      dwfl_module_getsym_info(module_, symbol.index, &whole, &address, nullptr, nullptr, nullptr);
  if (text == nullptr) return {.text = "", .global = false};
  return {.text = text, .global = GELF_ST_BIND(whole.st_info) != STB_LOCAL};
}

}  // namespace taskleak::symbolize
