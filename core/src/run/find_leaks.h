// Looks that return a report.
#ifndef TASKLEAK_SRC_RUN_FIND_LEAKS_H_
#define TASKLEAK_SRC_RUN_FIND_LEAKS_H_

#include <string_view>

#include "check/checker.h"
#include "taskleak/leak.h"
#include "taskleak/snapshot.h"

namespace taskleak::run {

/// Holds a report, and what had been born when it was last looked for.
struct Found {
  LeakReport report;
  alive::BirthMark last_look;
};

/// Returns what Checker::FindLeaks finds. If there is no memory for it, the report says so.
/// Thread-safe.
Found FindLeaks(const check::Checker& checker, const Snapshot& before, std::string_view test,
                registry::Origin scope);

/// Returns what Checker::LookAtAll finds, in the same way.
LeakReport LookAtAll(const check::Checker& checker);

/// Returns what Checker::FindUnverifiedCoroutines finds, in the same way, without a verdict.
LeakReport FindUnverified(const check::Checker& checker);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_FIND_LEAKS_H_
