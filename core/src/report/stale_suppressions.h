// The message about suppression files at the end of a run.
#ifndef TASKLEAK_SRC_REPORT_STALE_SUPPRESSIONS_H_
#define TASKLEAK_SRC_REPORT_STALE_SUPPRESSIONS_H_

#include <string>
#include <vector>

#include "rules/suppression_use.h"

namespace taskleak::report {

/// Returns the lines that matched nothing and those that have expired, one per line under a
/// headline. Returns an empty text if there are none.
std::string StaleSuppressions(const std::vector<rules::SuppressionCount>& counts);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_STALE_SUPPRESSIONS_H_
