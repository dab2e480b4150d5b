#include "folded_stack.h"

#include <fmt/format.h>

namespace taskleak::cli {

std::string FrameName(const Frame& frame) {
  if (!frame.function.empty()) return frame.function;
  return fmt::format("{}+{:#x}", frame.module.empty() ? "(unknown)" : frame.module,
                     frame.module_offset);
}

std::vector<std::string> OutermostFirst(const Unit& unit) {
  std::vector<std::string> names = {unit.name.empty() ? "(no name)" : unit.name};
  for (std::size_t i = unit.stack.size(); i > 0; --i) names.push_back(FrameName(unit.stack[i - 1]));
  return names;
}

}  // namespace taskleak::cli
