#include "symbolize/symbol_index.h"

#include <elfutils/libdwfl.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <set>
#include <span>
#include <string_view>
#include <tuple>

namespace taskleak::symbolize {
namespace {

std::size_t LeadingUnderscores(const char* name) {
  const std::string_view text(name);
  if (text.starts_with("_Z")) return 0;  // a mangled C++ name
  return std::min(text.find_first_not_of('_'), text.size());
}

bool IsFunction(const Elf64_Sym& symbol) {
  const auto type = GELF_ST_TYPE(symbol.st_info);
  return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE;
}

// Returns the section that libdwfl takes symbols from: the symbol table or, in a stripped file, the
// dynamic symbols. Null if the file has no sections.
Elf_Scn* SymbolSection(Elf* file, GElf_Shdr* header) {
  Elf_Scn* dynamic = nullptr;
  for (Elf_Scn* section = elf_nextscn(file, nullptr); section != nullptr;
       section = elf_nextscn(file, section)) {
    if (gelf_getshdr(section, header) == nullptr) continue;
    if (header->sh_type == SHT_SYMTAB) return section;
    if (header->sh_type == SHT_DYNSYM) dynamic = section;
  }
  if (dynamic != nullptr) gelf_getshdr(dynamic, header);
  return dynamic;
}

}  // namespace

// libdwfl's own access to a symbol takes several locks of libelf for each, so it is only asked for
// the files that it has combined: the module's or that of separate debug information, and that of
// .gnu_debugdata. Its table has the local symbols of both, then the global ones of both.
SymbolIndex::SymbolIndex(Dwfl_Module* module) {
  const int count = dwfl_module_getsymtab(module);
  if (count < 2) return;  // the first one is empty
  GElf_Addr start = 0;
  dwfl_module_info(module, nullptr, &start, nullptr, nullptr, nullptr, nullptr, nullptr);
  start_ = start;
  // The unused end is never touched, so it takes no memory.
  symbols_.reserve(static_cast<std::size_t>(count));
  const int first_global = dwfl_module_getsymtab_first_global(module);
  std::set<Elf*> added;
  for (const int i : {1, first_global - 1, first_global, count - 1}) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    Elf* file = nullptr;
    Dwarf_Addr bias = 0;
    if (i < 1 || i >= count) continue;
    dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, &file, &bias);
    if (file != nullptr && added.insert(file).second) AddTable(file, bias);
  }
  if (symbols_.empty()) AddWithoutSections(module, count);
  std::sort(symbols_.begin(), symbols_.end(),
            [](const Symbol& a, const Symbol& b) { return a.begin < b.begin; });
}

void SymbolIndex::AddTable(Elf* file, std::uintptr_t bias) {
  GElf_Shdr header;
  Elf_Scn* const section = SymbolSection(file, &header);
  if (section == nullptr || gelf_getclass(file) != ELFCLASS64) return;
  Elf_Data* const data = elf_getdata(section, nullptr);
  Elf_Data* const names = elf_getdata(elf_getscn(file, header.sh_link), nullptr);
  if (data == nullptr || names == nullptr || names->d_size == 0) return;
  const auto* const text = static_cast<const char*>(names->d_buf);
  if (text == nullptr || text[names->d_size - 1] != '\0') return;
  const std::span symbols(static_cast<const Elf64_Sym*>(data->d_buf),
                          data->d_size / sizeof(Elf64_Sym));
  for (const Elf64_Sym& symbol : symbols) {
    if (symbol.st_name >= names->d_size) continue;
    if (symbol.st_shndx >= SHN_LORESERVE && symbol.st_shndx != SHN_XINDEX) continue;
    Add(symbol.st_value + bias, symbol, text + symbol.st_name);
  }
}

void SymbolIndex::AddWithoutSections(Dwfl_Module* module, int count) {
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    const char* const name =
        dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, nullptr, nullptr);
    if (name != nullptr) Add(address, symbol, name);
  }
}

void SymbolIndex::Add(std::uintptr_t address, const Elf64_Sym& symbol, const char* name) {
  constexpr std::uintptr_t kFarthest = std::numeric_limits<std::uint32_t>::max();
  constexpr std::uint32_t kMost = kFarthest >> 1;
  if (*name == '\0' || symbol.st_shndx == SHN_UNDEF || symbol.st_size == 0) return;
  if (!IsFunction(symbol) || address < start_ || address - start_ > kFarthest) return;
  symbols_.push_back(
      {.begin = static_cast<std::uint32_t>(address - start_),
       .size = static_cast<std::uint32_t>(std::min<Elf64_Xword>(symbol.st_size, kMost)) & kMost,
       .global = GELF_ST_BIND(symbol.st_info) != STB_LOCAL,
       .name = name});
}

bool SymbolIndex::Symbol::IsBetterThan(const Symbol& other) const {
  const auto rank = [](const Symbol& symbol) {
    return std::tuple(LeadingUnderscores(symbol.name), symbol.global == 0,
                      std::string_view(symbol.name));
  };
  return rank(*this) < rank(other);
}

std::optional<SymbolIndex::Function> SymbolIndex::FindFunction(std::uintptr_t pc) const {
  if (pc < start_) return std::nullopt;
  const std::uintptr_t offset = pc - start_;
  auto it =
      std::upper_bound(symbols_.begin(), symbols_.end(), offset,
                       [](std::uintptr_t a, const Symbol& symbol) { return a < symbol.begin; });
  // Functions hardly ever overlap, but one start can have many names.
  constexpr int kMostNames = 64;
  const Symbol* best = nullptr;
  for (int looked = 0; it != symbols_.begin() && looked < kMostNames; ++looked) {
    --it;
    if (best != nullptr && it->begin != best->begin) break;
    if (offset - it->begin >= it->size) continue;
    if (best == nullptr || it->IsBetterThan(*best)) best = &*it;
  }
  if (best == nullptr) return std::nullopt;
  const std::uintptr_t begin = start_ + best->begin;
  return Function{.name = best->name, .begin = begin, .end = begin + best->size};
}

}  // namespace taskleak::symbolize
