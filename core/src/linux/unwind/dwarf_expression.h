// Evaluates call frame information that is more than "register plus offset".
#ifndef TASKLEAK_SRC_LINUX_UNWIND_DWARF_EXPRESSION_H_
#define TASKLEAK_SRC_LINUX_UNWIND_DWARF_EXPRESSION_H_

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "linux/arch/registers.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

using DwarfExpression = std::vector<Dwarf_Op>;

/// Returns the result of the expression (DWARF 5, section 2.5): an address or a value. `cfa` is the
/// canonical frame address, for expressions that start from it. Returns nothing if the expression
/// needs an unknown register, unreadable memory, or an operation that call frame information does
/// not use.
std::optional<std::uint64_t> Evaluate(const DwarfExpression& expression, const Registers& registers,
                                      std::uint64_t cfa, StackImage& image);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_DWARF_EXPRESSION_H_
