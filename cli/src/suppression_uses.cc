#include "suppression_uses.h"

#include <algorithm>
#include <utility>

namespace taskleak::cli {

void AddUse(rules::SuppressionCount use, std::vector<rules::SuppressionCount>* uses) {
  const auto known = std::find_if(uses->begin(), uses->end(), [&use](const auto& each) {
    return each.line == use.line && each.path == use.path && each.text == use.text;
  });
  if (known == uses->end())
    uses->push_back(std::move(use));
  else
    known->used += use.used;
}

}  // namespace taskleak::cli
