// Groups leaked units that are the same leak.
#ifndef TASKLEAK_SRC_EXPLAIN_GROUP_H_
#define TASKLEAK_SRC_EXPLAIN_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "explain/hint.h"
#include "explain/inspect.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// Holds what grouping needs besides the findings.
struct Surroundings {
  std::string program_name;   // the name of threads without a name of their own
  std::size_t live_threads =  // the program's own threads that could end a leak, the
      SIZE_MAX;               // findings included
};

/// Holds units that are one leak, like LeakGroup.
struct FoundGroup {
  std::vector<FoundUnit> units;
  std::string signature;
  std::string former_signature{};
  std::string part_of;
  std::vector<std::string> ignore;
  bool deadlock = false;
  Hint hint{};

  [[nodiscard]] const Unit& first() const { return units.front().unit; }
};

/// Groups findings that are the same leak (taskleak/leak.h). Sorts groups by count (largest first),
/// then by name, but puts jobs behind the threads that run such jobs (LeakGroup::part_of).
std::vector<FoundGroup> Group(std::vector<Finding> findings, const Surroundings& surroundings);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_GROUP_H_
