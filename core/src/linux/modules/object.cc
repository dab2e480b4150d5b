#include "linux/modules/object.h"

#include <elfutils/libdwfl.h>
#include <gelf.h>

#include <cstddef>

#include "linux/modules/modules.h"

namespace taskleak::platform {
namespace {

struct Search {
  std::string_view name;
  std::vector<std::uintptr_t> found;
};

// Returns the address in the file; 0 if the table does not have it.
GElf_Addr FindInTable(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, std::string_view name) {
  Elf_Data* const data = elf_getdata(section, nullptr);
  const std::size_t count = header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
  for (std::size_t i = 0; data != nullptr && i < count; ++i) {
    GElf_Sym symbol;
    if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) return 0;
    if (GELF_ST_TYPE(symbol.st_info) != STT_OBJECT || symbol.st_shndx == SHN_UNDEF) continue;
    const char* const its_name = elf_strptr(elf, header.sh_link, symbol.st_name);
    if (its_name != nullptr && name == its_name) return symbol.st_value;
  }
  return 0;
}

int FindInModule(Dwfl_Module* module, void** /*user_data*/, const char* /*path*/,
                 Dwarf_Addr /*base*/, void* data) {
  auto& search = *static_cast<Search*>(data);
  GElf_Addr bias = 0;
  Elf* const elf = dwfl_module_getelf(module, &bias);
  if (elf == nullptr) return DWARF_CB_OK;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr;
       section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB) continue;
    const GElf_Addr address = FindInTable(elf, section, header, search.name);
    if (address == 0) continue;
    search.found.push_back(bias + address);
    break;
  }
  return DWARF_CB_OK;
}

}  // namespace

std::vector<std::uintptr_t> FindObjects(std::string_view name) {
  Modules& modules = Modules::Instance();
  const MutexLock lock(modules.mutex());
  modules.RefreshIfOld();
  Search search{name, {}};
  if (modules.dwfl() != nullptr) dwfl_getmodules(modules.dwfl(), FindInModule, &search, 0);
  return search.found;
}

}  // namespace taskleak::platform
