// Turns addresses into functions, files and lines.
#ifndef TASKLEAK_SRC_SYMBOLIZE_SYMBOLIZER_H_
#define TASKLEAK_SRC_SYMBOLIZE_SYMBOLIZER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "linux/unwind/raw_stack.h"
#include "taskleak/leak.h"

namespace taskleak::symbolize {

/// Holds what the symbol table shows about one frame: quick to get, and enough to match rules.
struct QuickFrame {
  std::string function;    ///< demangled, with parameters; empty when unknown
  std::string plain_name;  ///< PlainName(function)
  std::string module;  ///< file name, without directories; empty when the address is in no module
  bool runtime =
      false;  ///< libc, the C++ runtime, a sanitizer's runtime, or a function of the std namespace
  bool system_module =
      false;  ///< the module itself is libc, libstdc++, a sanitizer's runtime and the like
  bool installed_library = false;  ///< the module is a shared library of an installed package
};

/// Returns names from the symbol tables, one per physical frame. Each unique address is looked up
/// once per process. Thread-safe. The references stay valid until the process ends. (The frame is
/// passed by value, so that compilers do not mistake them for references to it.)
const QuickFrame& Quick(platform::RawFrame frame);

/// Holds a function of the symbol table.
struct FunctionSymbol {
  std::string name;          ///< the linker's; empty if there is none
  std::uintptr_t begin = 0;  ///< its addresses
  std::uintptr_t end = 0;
};

/// Reads the mappings again, since a library may have replaced another one. Thread-safe.
void RefreshModules();

/// Returns the function that holds the address. Thread-safe.
FunctionSymbol FindFunction(std::uintptr_t address);

/// Returns the line of the statement that contains the code at `pc`, if the compiler gave the code
/// itself another line. Only lines from `first` on and before `end` count. Thread-safe.
std::optional<int> LineOfStatement(std::uintptr_t pc, int first, int end);

/// Returns the whole stack with files, lines and inlined callers, as far as there is debug
/// information. Frames of system modules get only names, unless `system_lines`. Each unique address
/// is resolved once per process. Thread-safe.
std::vector<Frame> Resolve(const std::vector<platform::RawFrame>& frames,
                           bool system_lines = false);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_SYMBOLIZER_H_
