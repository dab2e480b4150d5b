// The function symbols of one module, sorted by address.
#ifndef TASKLEAK_SRC_SYMBOLIZE_SYMBOL_INDEX_H_
#define TASKLEAK_SRC_SYMBOLIZE_SYMBOL_INDEX_H_

#include <gelf.h>

#include <cstdint>
#include <optional>
#include <vector>

struct Dwfl_Module;

namespace taskleak::symbolize {

/// Finds a symbol in logarithmic time; libdwfl's own search looks at every symbol of the module.
///
/// Not thread-safe: build and use it under platform::Modules' mutex, while the module is mapped.
class SymbolIndex {
 public:
  /// Reads the symbol table, or in a stripped file the dynamic symbols.
  explicit SymbolIndex(Dwfl_Module* module);

  /// Returns the linker's name of the function that covers `pc`; null if there is none. If there
  /// are several names, returns the most public one: "pthread_cond_wait" rather than
  /// "___pthread_cond_wait".
  [[nodiscard]] const char* Find(std::uintptr_t pc) const {
    const std::optional<Function> function = FindFunction(pc);
    return function ? function->name : nullptr;
  }

  /// A function's name and addresses.
  struct Function {
    const char* name;  ///< inside the module's string table
    std::uintptr_t begin;
    std::uintptr_t end;
  };
  /// Returns the same with the function's addresses; nothing when there is none.
  [[nodiscard]] std::optional<Function> FindFunction(std::uintptr_t pc) const;

 private:
  // There are many, so they are small.
  struct Symbol {
    std::uint32_t begin;  // from the module's start
    std::uint32_t size : 31;
    std::uint32_t global : 1;
    const char* name;  // inside the module's string table

    [[nodiscard]] bool IsBetterThan(const Symbol& other) const;
  };

  void AddTable(Elf* file, std::uintptr_t bias);
  void AddWithoutSections(Dwfl_Module* module, int count);
  void Add(std::uintptr_t address, const Elf64_Sym& symbol, const char* name);

  std::uintptr_t start_ = 0;
  std::vector<Symbol> symbols_;  // sorted by begin
};

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_SYMBOL_INDEX_H_
