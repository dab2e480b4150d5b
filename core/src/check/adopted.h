// Threads that are background from now on: reported once, allowed, or the program's own by
// declaration.
#ifndef TASKLEAK_SRC_CHECK_ADOPTED_H_
#define TASKLEAK_SRC_CHECK_ADOPTED_H_

#include <memory>

#include "platform/thread_list.h"

namespace taskleak::check {

/// Adds to the process's set. Thread-safe.
void Adopt(const platform::ThreadIds& ids);

/// The set, sorted; null while it is empty. Thread-safe.
std::shared_ptr<const platform::ThreadIds> Adopted();

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_ADOPTED_H_
