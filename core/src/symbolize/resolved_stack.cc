#include "symbolize/resolved_stack.h"

#include "symbolize/function_name.h"
#include "symbolize/symbolizer.h"

namespace taskleak::symbolize {

const ResolvedStack& StackResolver::Resolve(const std::vector<platform::RawFrame>& frames) {
  std::vector<std::uintptr_t> key;
  key.reserve(2 * frames.size());
  for (const platform::RawFrame& frame : frames) {
    key.push_back(frame.pc);
    key.push_back(frame.is_return_address ? 1 : 0);
  }
  const auto [entry, is_new] = resolved_.try_emplace(std::move(key));
  ResolvedStack& resolved = entry->second;
  if (is_new) {
    std::vector<Frame> named = symbolize::Resolve(frames, system_lines_);
    for (const Frame& frame : named)
      resolved.plain_names.push_back(symbolize::PlainName(frame.function));
    resolved.stack = Stack(std::move(named));
  }
  return resolved;
}

}  // namespace taskleak::symbolize
