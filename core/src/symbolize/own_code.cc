#include "symbolize/own_code.h"

#include "symbolize/generated_name.h"
#include "symbolize/runtime_code.h"
#include "symbolize/symbolizer.h"

namespace taskleak::symbolize {

std::optional<std::size_t> TopFrame(const ResolvedStack& stack) {
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    if (!stack.stack[i].runtime && !stack.plain_names[i].empty()) return i;
  }
  return std::nullopt;
}

bool IsOwnCode(const ResolvedStack& stack, std::size_t frame) {
  const Frame& at = stack.stack[frame];
  return !at.runtime && !symbolize::IsThreadLibraryName(stack.plain_names[frame]) &&
         !at.file.starts_with("/usr/") &&
         !symbolize::Quick({.pc = at.address, .is_return_address = true, .guessed = false})
              .installed_library;
}

std::string OwnFunction(const ResolvedStack& stack) {
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    const std::string& name = stack.plain_names[i];
    if (name.empty() || !IsOwnCode(stack, i)) continue;
    return WithinGeneratedTest(name).data() == nullptr ? name : std::string();
  }
  return {};
}

}  // namespace taskleak::symbolize
