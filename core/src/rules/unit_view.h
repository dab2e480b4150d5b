// One unit as rules see it.
#ifndef TASKLEAK_SRC_RULES_UNIT_VIEW_H_
#define TASKLEAK_SRC_RULES_UNIT_VIEW_H_

#include <string_view>

#include "symbolize/resolved_stack.h"
#include "taskleak/leak.h"

namespace taskleak::rules {

/// Holds what rules are compared with. All of it belongs to the finding that it was made from.
struct UnitView {
  const Unit& unit;
  const symbolize::ResolvedStack& stack;
  const symbolize::ResolvedStack& created_by;  ///< empty when not known
  std::string_view signature;
  std::string_view former_signature{};  ///< empty if there is none
};

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_UNIT_VIEW_H_
