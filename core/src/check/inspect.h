// From a straggler to all that can be said of it.
#ifndef TASKLEAK_SRC_CHECK_INSPECT_H_
#define TASKLEAK_SRC_CHECK_INSPECT_H_

#include <string>
#include <unordered_map>

#include "check/resolved_stack.h"
#include "check/straggler.h"
#include "platform/stack_reader.h"
#include "registry/thread_birth.h"
#include "taskleak/leak.h"

namespace taskleak::check {

/// One unit with what ignoring, grouping and naming it needs.
struct Finding {
  Unit unit;
  const ResolvedStack* stack = nullptr;       // owned by the Inspector
  const ResolvedStack* created_by = nullptr;  // empty when not known
  std::string signature;
};

/// The innermost function of a stack that is not the runtime's; empty if none has a name.
std::string TopFunction(const ResolvedStack& stack);

/// Makes findings for one look, in which equal stacks are resolved once and shared. Not
/// thread-safe.
class Inspector {
 public:
  explicit Inspector(bool system_lines);

  /// A thread that is alive.
  Finding InspectLive(const Straggler& straggler, const platform::ThreadLook& look);
  /// A thread that ended and that nobody has joined.
  Finding InspectUnjoined(const registry::ThreadRecord& record);

 private:
  const ResolvedStack& CreationStack(const registry::ThreadRecord& record);

  StackResolver resolver_;
  const std::unordered_map<int, registry::ThreadRecord> births_;
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_INSPECT_H_
