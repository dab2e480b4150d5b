// Keeps data of each mapped module as long as it stays mapped.
#ifndef TASKLEAK_SRC_SYMBOLIZE_MODULE_INFO_H_
#define TASKLEAK_SRC_SYMBOLIZE_MODULE_INFO_H_

#include <cstdint>
#include <memory>
#include <string>

#include "linux/modules/modules.h"
#include "symbolize/debug_index.h"
#include "symbolize/symbol_index.h"

namespace taskleak::symbolize {

/// One module. The indexes are built on first use.
///
/// Not thread-safe: use it under platform::Modules' mutex.
class ModuleInfo {
 public:
  /// Returns the module that contains `pc` according to the last platform::Modules::Refresh, or
  /// null. Valid until the mutex is released.
  static ModuleInfo* Find(platform::Modules& modules, std::uintptr_t pc)
      TASKLEAK_REQUIRES(modules.mutex());

  explicit ModuleInfo(Dwfl_Module* module);

  /// Returns the file's name without directories.
  [[nodiscard]] const std::string& file_name() const { return file_name_; }
  [[nodiscard]] bool is_system() const { return is_system_; }
  /// Returns true for a shared library in a folder for installed packages.
  [[nodiscard]] bool is_installed_library() const { return is_installed_library_; }
  /// Returns the address within the module's own file.
  [[nodiscard]] std::uintptr_t OffsetOf(std::uintptr_t pc) const { return pc - bias_; }

  SymbolIndex& symbols();
  /// Returns the index of the debug information. It is empty if there is none.
  DebugIndex& debug();

 private:
  Dwfl_Module* module_;
  std::string file_name_;
  std::uintptr_t bias_ = 0;
  bool is_system_ = false;
  bool is_installed_library_ = false;
  std::unique_ptr<SymbolIndex> symbols_;
  std::unique_ptr<DebugIndex> debug_;
};

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_MODULE_INFO_H_
