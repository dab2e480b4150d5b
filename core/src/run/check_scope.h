// Checks one scope and acts upon the result.
#ifndef TASKLEAK_SRC_RUN_CHECK_SCOPE_H_
#define TASKLEAK_SRC_RUN_CHECK_SCOPE_H_

#include <optional>
#include <string>
#include <string_view>

#include "check/checker.h"
#include "check/descriptor_check.h"
#include "taskleak/snapshot.h"

namespace taskleak::run {

/// Does what CheckScopeSince (taskleak/test_run.h) does, with a checker that is ready, for all that
/// `judge` judges; if `judge` is 0, for everything. Thread-safe.
std::optional<std::string> CheckScope(const check::Checker& checker, const Snapshot& before,
                                      std::string_view scope, registry::Origin judge);

/// Judges the descriptors that a test left open, in the same way (Options::descriptors). Call it
/// after CheckScope of the same test.
std::optional<std::string> CheckDescriptors(check::DescriptorCheck& descriptors,
                                            const Options& options, std::string_view test);

/// Prints coroutines that a search of memory finds, and adds them to the JSON report under the name
/// `scope` (Options::coroutines). They may have been freed, so they fail nothing.
void ReportUnverified(const check::Checker& checker, std::string_view scope);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_CHECK_SCOPE_H_
