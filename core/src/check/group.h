// Leaked units that are the same leak.
#ifndef TASKLEAK_SRC_CHECK_GROUP_H_
#define TASKLEAK_SRC_CHECK_GROUP_H_

#include <string>
#include <vector>

#include "check/inspect.h"
#include "taskleak/leak.h"

namespace taskleak::check {

/// Groups of the same kind, stack, creation stack and wait state, sorted by count (largest first),
/// then by name. `program_name` is the name that threads have which nobody named.
std::vector<LeakGroup> Group(std::vector<Finding> findings, const std::string& program_name);

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_GROUP_H_
