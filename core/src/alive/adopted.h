// Threads that are background from now on: reported once, allowed, or the program's own by
// declaration.
#ifndef TASKLEAK_SRC_ALIVE_ADOPTED_H_
#define TASKLEAK_SRC_ALIVE_ADOPTED_H_

#include <memory>

#include "linux/proc/thread_list.h"

namespace taskleak::alive {

/// Adds to the process's set. Thread-safe.
void Adopt(const platform::ThreadIds& ids);

/// The set, sorted; null while it is empty. Thread-safe.
std::shared_ptr<const platform::ThreadIds> Adopted();

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_ADOPTED_H_
