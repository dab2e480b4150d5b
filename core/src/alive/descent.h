// Finds out which living units a scope judges: those that descend from it.
#ifndef TASKLEAK_SRC_ALIVE_DESCENT_H_
#define TASKLEAK_SRC_ALIVE_DESCENT_H_

#include <cstddef>
#include <vector>

#include "alive/straggler.h"
#include "alive/sure_look.h"
#include "registry/origin.h"

namespace taskleak::alive {

/// Returns those of `threads` that `scope` judges (registry/origin.h). Waits a little for threads
/// whose ids are not known yet. Thread-safe, like all that follows.
std::vector<LiveThread> JudgedBy(registry::Origin scope, std::vector<LiveThread> threads);

/// Returns whether anything is left that `scope` judges, that is not background and that was there
/// at that look: something that a rule ignores.
bool IsAnythingLeft(registry::Origin scope, const BirthMark& at);

/// Counts the units that are background only because a background unit created them.
struct Heirs {
  std::size_t threads = 0;
  std::size_t tasks = 0;
};
Heirs CountHeirsOfBackground();

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_DESCENT_H_
