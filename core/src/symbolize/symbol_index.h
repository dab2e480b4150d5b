// The function symbols of one module, sorted by address.
#ifndef TASKLEAK_SRC_SYMBOLIZE_SYMBOL_INDEX_H_
#define TASKLEAK_SRC_SYMBOLIZE_SYMBOL_INDEX_H_

#include <cstdint>
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

  /// The linker's name of the function that covers `pc`; null when there is none. Of several names
  /// the most public one: "pthread_cond_wait" rather than "___pthread_cond_wait".
  [[nodiscard]] const char* Find(std::uintptr_t pc) const {
    const Symbol* const symbol = FindSymbol(pc);
    return symbol == nullptr ? nullptr : symbol->name;
  }

  /// Two functions that follow each other must not be two words that do: a search of this memory
  /// for coroutines' frames would take them for one.
  struct Symbol {
    std::uintptr_t begin;
    const char* name;  ///< inside the module's string table
    std::uintptr_t end;
    bool global;
  };
  /// The same with the function's range; null when there is none.
  [[nodiscard]] const Symbol* FindSymbol(std::uintptr_t pc) const;

 private:
  static bool Better(const Symbol& a, const Symbol& b);

  std::vector<Symbol> symbols_;
};

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_SYMBOL_INDEX_H_
