#include "symbolize/module_info.h"

#include <elfutils/libdwfl.h>

#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "symbolize/runtime_code.h"

namespace taskleak::symbolize {
namespace {

// The key is a serial number in the module's user data, since libdwfl may give a new module the
// address of one that is gone.
struct ModuleCache {
  std::unordered_map<std::uintptr_t, std::unique_ptr<ModuleInfo>> modules;
  std::uintptr_t last_serial = 0;
  std::uint64_t generation = 0;
};

ModuleCache& TheModuleCache() {
  static ModuleCache* const cache = new ModuleCache();
  return *cache;
}

void** UserData(Dwfl_Module* module) {
  void** data = nullptr;
  dwfl_module_info(module, &data, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  return data;
}

// dwfl_addrmodule also returns the nearest module below an address that is in no module.
bool Holds(Dwfl_Module* module, std::uintptr_t pc) {
  Dwarf_Addr start = 0;
  Dwarf_Addr end = 0;
  dwfl_module_info(module, nullptr, &start, &end, nullptr, nullptr, nullptr, nullptr);
  return start <= pc && pc < end;
}

int CollectSerial(Dwfl_Module* /*module*/, void** user_data, const char* /*name*/,
                  Dwarf_Addr /*start*/, void* set) {
  static_cast<std::unordered_set<std::uintptr_t>*>(set)->insert(
      reinterpret_cast<std::uintptr_t>(*user_data));
  return DWARF_CB_OK;
}

void ForgetGoneModules(ModuleCache& cache, Dwfl* dwfl) {
  std::unordered_set<std::uintptr_t> mapped;
  dwfl_getmodules(dwfl, &CollectSerial, &mapped, 0);
  std::erase_if(cache.modules, [&](const auto& entry) { return !mapped.contains(entry.first); });
}

}  // namespace

ModuleInfo* ModuleInfo::Find(platform::Modules& modules, std::uintptr_t pc) {
  ModuleCache& cache = TheModuleCache();
  if (cache.generation != modules.generation()) {
    ForgetGoneModules(cache, modules.dwfl());
    cache.generation = modules.generation();
  }
  Dwfl_Module* const module = modules.Find(pc);
  if (module == nullptr || !Holds(module, pc)) return nullptr;
  void** const data = UserData(module);
  if (*data == nullptr) {
    // The mark is set last: if there is no memory for the rest, the module stays unknown.
    cache.modules.emplace(cache.last_serial + 1, std::make_unique<ModuleInfo>(module));
    *data = reinterpret_cast<void*>(++cache.last_serial);  // NOLINT(performance-no-int-to-ptr)
  }
  return cache.modules.at(reinterpret_cast<std::uintptr_t>(*data)).get();
}

ModuleInfo::ModuleInfo(Dwfl_Module* module) : module_(module) {
  const char* main_file = nullptr;
  Dwarf_Addr start = 0;
  const char* const name =
      dwfl_module_info(module, nullptr, &start, nullptr, nullptr, nullptr, &main_file, nullptr);
  GElf_Addr bias = 0;
  bias_ = dwfl_module_getelf(module, &bias) == nullptr ? start : bias;  // as libraries are linked
  std::string_view path = name == nullptr ? "" : name;
  if (path.empty() && main_file != nullptr) path = main_file;
  file_name_ = path.substr(path.rfind('/') + 1);
  is_system_ = IsSystemModule(file_name_);
  is_installed_library_ = IsInstalledLibrary(path);
}

SymbolIndex& ModuleInfo::symbols() {
  if (symbols_ == nullptr) symbols_ = std::make_unique<SymbolIndex>(module_);
  return *symbols_;
}

DebugIndex& ModuleInfo::debug() {
  if (debug_ == nullptr) debug_ = std::make_unique<DebugIndex>(module_);
  return *debug_;
}

}  // namespace taskleak::symbolize
