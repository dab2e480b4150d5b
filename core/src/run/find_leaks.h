// Looks that return a report.
#ifndef TASKLEAK_SRC_RUN_FIND_LEAKS_H_
#define TASKLEAK_SRC_RUN_FIND_LEAKS_H_

#include <string_view>

#include "check/checker.h"
#include "taskleak/leak.h"
#include "taskleak/snapshot.h"

namespace taskleak::run {

/// Returns what Checker::FindLeaks finds as a report. If there is no memory for it, the report says
/// so. Thread-safe.
LeakReport FindLeaks(const check::Checker& checker, const Snapshot& before,
                     std::string_view test = {});

/// Returns what Checker::LookAtAll finds, in the same way.
LeakReport LookAtAll(const check::Checker& checker);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_FIND_LEAKS_H_
