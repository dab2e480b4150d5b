// Finds all calls of a function in the code of a process.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_CALLERS_H_
#define TASKLEAK_SRC_LINUX_UNWIND_CALLERS_H_

#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "linux/modules/modules.h"

namespace taskleak::platform {

/// Holds the calls and jumps of all code that was mapped when this was made, by where they lead.
class CallIndex {
 public:
  /// Reads all code that is mapped.
  CallIndex() TASKLEAK_REQUIRES(Modules::Instance().mutex());

  /// Returns the addresses after the calls that lead to `function`: directly, through an entry of a
  /// procedure linkage table, or to a function that ends with a jump to it. What such entries hold
  /// is read anew each time, since the dynamic linker fills them in at the first call. The result
  /// is valid until the next call.
  [[nodiscard]] const std::vector<std::uintptr_t>& CallersOf(std::uintptr_t function)
      TASKLEAK_REQUIRES(Modules::Instance().mutex());
  /// Returns whether the code that starts there is `function`, or jumps to it directly or through
  /// other jumps.
  [[nodiscard]] bool JumpsTo(std::uintptr_t start, std::uintptr_t function) const
      TASKLEAK_REQUIRES(Modules::Instance().mutex());

 private:
  using Entry = std::pair<std::uintptr_t, std::uintptr_t>;

  void Read(std::uintptr_t begin, std::uintptr_t end);
  void Look(std::span<const unsigned char> code, std::uintptr_t start);
  /// Returns what leads to it: jumps, and the functions that have them. `filled` is what slots
  /// hold.
  [[nodiscard]] std::unordered_set<std::uintptr_t> LeadingTo(std::uintptr_t function,
                                                             std::span<const Entry> filled) const
      TASKLEAK_REQUIRES(Modules::Instance().mutex());
  /// Returns what each slot holds; 0 for a slot that cannot be read.
  [[nodiscard]] std::vector<std::uintptr_t> ReadSlots() const;
  /// Forgets what is known of callers if a slot holds something else than before.
  void UpdateSlots();

  std::vector<Entry> calls_;                  // target and return address, ascending
  std::vector<Entry> jumps_;                  // target and place, ascending
  std::vector<Entry> slots_;                  // where the target is stored, and place, ascending
  std::vector<std::uintptr_t> slot_targets_;  // what the slots held at the last look
  std::vector<Entry> filled_;                 // that target and the place, ascending
  std::unordered_map<std::uintptr_t, std::vector<std::uintptr_t>> callers_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_CALLERS_H_
