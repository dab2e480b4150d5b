#include "check/resolved_stack.h"

#include "symbolize/function_name.h"
#include "symbolize/symbolizer.h"

namespace taskleak::check {

const ResolvedStack& StackResolver::Resolve(const std::vector<platform::RawFrame>& frames) {
  std::vector<std::uintptr_t> key;
  key.reserve(frames.size());
  for (const platform::RawFrame& frame : frames) key.push_back(frame.pc);
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

}  // namespace taskleak::check
