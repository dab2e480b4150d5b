// Gives stacks names. Each distinct stack is resolved once in a look.
#ifndef TASKLEAK_SRC_SYMBOLIZE_RESOLVED_STACK_H_
#define TASKLEAK_SRC_SYMBOLIZE_RESOLVED_STACK_H_

#include <map>
#include <string>
#include <vector>

#include "linux/unwind/raw_stack.h"
#include "taskleak/leak.h"

namespace taskleak::symbolize {

struct ResolvedStack {
  Stack stack;
  std::vector<std::string> plain_names;  // of each frame
};

/// Resolves the stacks of one look. Not thread-safe.
class StackResolver {
 public:
  explicit StackResolver(bool system_lines) : system_lines_(system_lines) {}

  /// Returns the stack with names. The reference stays valid as long as this object.
  const ResolvedStack& Resolve(const std::vector<platform::RawFrame>& frames);

 private:
  bool system_lines_;
  std::map<std::vector<std::uintptr_t>, ResolvedStack> resolved_;
};

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_RESOLVED_STACK_H_
