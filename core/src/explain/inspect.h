// Turns a straggler into a finding: all that is known about it.
#ifndef TASKLEAK_SRC_EXPLAIN_INSPECT_H_
#define TASKLEAK_SRC_EXPLAIN_INSPECT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "alive/straggler.h"
#include "explain/signature.h"
#include "explain/wait_facts.h"
#include "explain/wait_reader.h"
#include "explain/wait_state.h"
#include "linux/look/lock.h"
#include "linux/look/stack_reader.h"
#include "linux/proc/thread_info.h"
#include "registry/thread_birth.h"
#include "rules/unit_view.h"
#include "symbolize/resolved_stack.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// Holds a unit with what is needed to ignore, group and name it.
struct Finding : FoundUnit {
  const symbolize::ResolvedStack* stack = nullptr;       // owned by the Inspector
  const symbolize::ResolvedStack* created_by = nullptr;  // empty when not known
  Signatures signatures;
  bool is_fiber = false;  // a fiber, which has no name of its own
  std::string hint;       // of a task, from its adapter
  // Of a live thread:
  Wait wait;
  platform::Position position;
  std::string last_job;                // name of the task that it ran last; may be empty
  std::optional<platform::Hold> hold;  // the held lock or thread's end that it waits for
  const symbolize::ResolvedStack* detached_by = nullptr;  // null if it was not, or if unknown
  bool stop_not_requested = false;  // of a std::jthread that could be asked to stop
  bool in_circle = false;  // it waits for itself, or is one of several that wait for each other

  /// Returns the unit as rules see it.
  [[nodiscard]] rules::UnitView view() const {
    return {.unit = unit,
            .stack = *stack,
            .created_by = *created_by,
            .signature = signatures.now,
            .former_signature = signatures.former};
  }
};

/// Makes findings for one look. Equal stacks are resolved once and shared. Not thread-safe.
class Inspector {
 public:
  explicit Inspector(bool system_lines);

  /// Describes a thread that is alive.
  Finding InspectLive(const alive::LiveThread& thread, const platform::ThreadLook& look);
  /// Describes a thread that ended and was not joined.
  Finding InspectUnjoined(const registry::ThreadRecord& record);
  /// Describes a child process; nothing if it was waited for meanwhile.
  std::optional<Finding> InspectProcess(const platform::ThreadId& child);
  /// Describes a task that ended before anything but its name was read.
  Finding InspectGoneTask(const alive::LiveTask& task);
  /// Returns the name of a thread that ended and was not joined; empty if none is known.
  [[nodiscard]] std::string NameOfEnded(int tid) const;

 private:
  [[nodiscard]] const registry::ThreadRecord* BirthOf(int tid);
  void AddBirth(const registry::ThreadRecord& record, Finding& finding);
  const symbolize::ResolvedStack& CreationStack(const registry::ThreadRecord& record);

  symbolize::StackResolver resolver_;
  WaitReader waits_;
  Signer signer_;
  std::uint64_t births_until_;  // the serial that none of births_ has reached
  bool births_are_missing_;     // of threads that have not run yet
  std::unordered_map<int, registry::ThreadRecord> births_;
  const std::unordered_map<int, std::string> last_jobs_;
};

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_INSPECT_H_
