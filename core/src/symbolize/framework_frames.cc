#include "symbolize/framework_frames.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "symbolize/function_name.h"

namespace taskleak::symbolize {
namespace {

bool IsFramework(std::string_view plain_name) {
  constexpr std::array<std::string_view, 3> kNamespaces = {"testing::", "Catch::", "doctest::"};
  return plain_name == "RUN_ALL_TESTS" ||
         std::ranges::any_of(kNamespaces,
                             [&](std::string_view name) { return plain_name.starts_with(name); });
}

}  // namespace

std::size_t CountFrameworkFrames(const Stack& stack) {
  bool has_framework = false;
  for (std::size_t i = stack.size(); i-- > 0;) {
    const Frame& frame = stack[i];
    const std::string name = PlainName(frame.function);
    if (IsFramework(name)) {
      has_framework = true;
    } else if (!frame.runtime && name != "main") {
      return has_framework ? stack.size() - 1 - i : 0;
    }
  }
  return 0;
}

}  // namespace taskleak::symbolize
