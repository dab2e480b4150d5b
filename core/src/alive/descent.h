// Which of the units that are alive a scope judges: those that descend from it.
#ifndef TASKLEAK_SRC_ALIVE_DESCENT_H_
#define TASKLEAK_SRC_ALIVE_DESCENT_H_

#include <cstddef>
#include <vector>

#include "alive/straggler.h"
#include "alive/sure_look.h"
#include "registry/origin.h"

namespace taskleak::alive {

/// Returns those of `threads` that `scope` judges (registry/origin.h). Waits a little for threads
/// that have not said yet which they are. Thread-safe, as all that follows.
std::vector<LiveThread> JudgedBy(registry::Origin scope, std::vector<LiveThread> threads);

/// Returns whether anything that `scope` judges, and that is not background, was there at that look
/// and still is: what a rule ignores.
bool IsAnythingLeft(registry::Origin scope, const BirthMark& at);

/// So many units are background only because a background unit has created them.
struct Heirs {
  std::size_t threads = 0;
  std::size_t tasks = 0;
};
Heirs CountHeirsOfBackground();

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_DESCENT_H_
