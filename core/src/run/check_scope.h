// One scope, checked and acted upon.
#ifndef TASKLEAK_SRC_RUN_CHECK_SCOPE_H_
#define TASKLEAK_SRC_RUN_CHECK_SCOPE_H_

#include <optional>
#include <string>
#include <string_view>

#include "check/checker.h"
#include "taskleak/snapshot.h"

namespace taskleak::run {

/// CheckScopeSince (taskleak/test_run.h) with a checker that is ready, of what `judge` judges; if
/// that is 0, of all. Thread-safe.
std::optional<std::string> CheckScope(const check::Checker& checker, const Snapshot& before,
                                      std::string_view scope, registry::Origin judge);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_CHECK_SCOPE_H_
