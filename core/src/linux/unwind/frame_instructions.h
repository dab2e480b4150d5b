// Reads the entries of .eh_frame: the caller's values before an instruction.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_FRAME_INSTRUCTIONS_H_
#define TASKLEAK_SRC_LINUX_UNWIND_FRAME_INSTRUCTIONS_H_

#include <dwarf.h>

#include <cstdint>

#include "linux/unwind/entry_bytes.h"
#include "linux/unwind/short_rule.h"

namespace taskleak::platform {

/// The part of a common information entry that rules depend on (Linux Standard Base 5.0, core,
/// section 10.6.1).
struct CommonEntry {
  bool usable = false;
  bool has_augmentation_data = false;
  std::uint8_t pointer_encoding = DW_EH_PE_absptr;
  std::int32_t code_unit = 1;
  std::int32_t data_unit = 1;
  EntryBytes instructions{nullptr, nullptr};
};

/// Reads what follows the length of a common information entry. It is not usable if it is not such
/// an entry, or an unusual one.
CommonEntry ReadCommonEntry(EntryBytes bytes);

/// Returns the rule for the instruction at `pc` of a function that starts at `begin`, by the
/// instructions of its own entry and of its common one. It is not usable if one of them is unusual.
/// Takes no lock and no memory.
ShortRule RuleOf(const CommonEntry& common, std::uintptr_t begin, EntryBytes instructions,
                 std::uintptr_t pc);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_FRAME_INSTRUCTIONS_H_
