// From addresses to functions, files and lines.
#ifndef TASKLEAK_SRC_SYMBOLIZE_SYMBOLIZER_H_
#define TASKLEAK_SRC_SYMBOLIZE_SYMBOLIZER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "linux/unwind/raw_stack.h"
#include "taskleak/leak.h"

namespace taskleak::symbolize {

/// What the symbol table says of one frame: quick, and enough to match rules.
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
/// once per process. Thread-safe. The references stay valid until the process ends; the frame is
/// taken by value, so that no compiler takes them for references to it.
const QuickFrame& Quick(platform::RawFrame frame);

/// A function as the symbol table has it.
struct FunctionSymbol {
  std::string name;          ///< the linker's; empty if there is none
  std::uintptr_t begin = 0;  ///< its addresses
  std::uintptr_t end = 0;
};

/// Looks at what is mapped now, since a library may have taken the place of another one.
/// Thread-safe.
void RefreshModules();

/// Returns the function that holds the address. Thread-safe.
FunctionSymbol FindFunction(std::uintptr_t address);

/// Returns the line of the statement that the code at `pc` is a part of, if the compiler gave the
/// code itself another line: only lines from `first` on and before `end` count. Thread-safe.
std::optional<int> LineOfStatement(std::uintptr_t pc, int first, int end);

/// Returns the whole stack with files, lines and inlined callers, from the debug information where
/// there is any. Frames of system modules get names only, unless `system_lines`. Each unique
/// address is resolved once per process. Thread-safe.
std::vector<Frame> Resolve(const std::vector<platform::RawFrame>& frames,
                           bool system_lines = false);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_SYMBOLIZER_H_
