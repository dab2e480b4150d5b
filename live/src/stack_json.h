// Stacks in the JSON of the endpoints.
#ifndef TASKLEAK_LIVE_SRC_STACK_JSON_H_
#define TASKLEAK_LIVE_SRC_STACK_JSON_H_

#include <nlohmann/json.hpp>

#include "taskleak/leak.h"

namespace taskleak::live {

/// Returns a list with function, file and line of each frame.
inline nlohmann::ordered_json StackJson(const Stack& stack) {
  auto json = nlohmann::ordered_json::array();
  for (const Frame& frame : stack)
    json.push_back({{"function", frame.function}, {"file", frame.file}, {"line", frame.line}});
  return json;
}

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_STACK_JSON_H_
