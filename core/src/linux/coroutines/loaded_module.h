// Reads what the dynamic linker has mapped of a module, for code that may use neither the allocator
// nor the dynamic linker.
#ifndef TASKLEAK_SRC_LINUX_COROUTINES_LOADED_MODULE_H_
#define TASKLEAK_SRC_LINUX_COROUTINES_LOADED_MODULE_H_

#include <elf.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "linux/coroutines/mapped_elf.h"

namespace taskleak::platform {

/// Reads a module that stays loaded as long as this object lives. Reads everything from memory,
/// because the file at the module's path may be another one by now.
class LoadedModule {
 public:
  /// Reads the headers of the module. `begin` is where its file's beginning is mapped, `bias` is by
  /// how much its addresses differ from those in its file.
  LoadedModule(std::uintptr_t begin, std::uintptr_t bias);

  [[nodiscard]] std::uintptr_t begin() const { return begin_; }
  [[nodiscard]] std::uintptr_t bias() const { return bias_; }

  /// Returns a hash of the headers and notes, among them the build id. Costs some 100 ns.
  [[nodiscard]] std::uint64_t HashOfHeaders() const;
  /// Returns a hash of the table of functions, which needs some time for a large module.
  [[nodiscard]] std::uint64_t HashOfFunctions() const;
  /// Returns true if it was loaded from this file: if the headers, the notes (with the build id)
  /// and the table of functions are the same.
  [[nodiscard]] bool IsOf(const MappedElf& file) const;

 private:
  // Returns an empty text if the segment is not mapped.
  [[nodiscard]] std::string_view ContentOf(const Elf64_Phdr& segment) const;

  std::uintptr_t begin_;
  std::uintptr_t bias_;
  Elf64_Ehdr header_{};
  std::span<const Elf64_Phdr> segments_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COROUTINES_LOADED_MODULE_H_
