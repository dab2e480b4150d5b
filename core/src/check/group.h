// Leaked units that are the same leak.
#ifndef TASKLEAK_SRC_CHECK_GROUP_H_
#define TASKLEAK_SRC_CHECK_GROUP_H_

#include <string>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::check {

/// One unit with what grouping and naming it needs. Units whose stacks are the same share them.
struct Finding {
  Unit unit;
  std::string signature;
  std::string top_function;  // plain name of the innermost function that is not the runtime's
  std::string creator;       // the same of the creation stack
};

/// Groups of the same kind, stack, creation stack and wait state, sorted by count (largest first),
/// then by name. `program_name` is the name that threads have which nobody named.
std::vector<LeakGroup> Group(std::vector<Finding> findings, const std::string& program_name);

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_GROUP_H_
