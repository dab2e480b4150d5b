// What the end of a run says of suppression files.
#ifndef TASKLEAK_SRC_REPORT_STALE_SUPPRESSIONS_H_
#define TASKLEAK_SRC_REPORT_STALE_SUPPRESSIONS_H_

#include <string>
#include <vector>

#include "rules/suppression_use.h"

namespace taskleak::report {

/// Names the lines that matched nothing and those that have expired, one a line under a headline;
/// empty if there are none.
std::string StaleSuppressions(const std::vector<rules::SuppressionCount>& counts);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_STALE_SUPPRESSIONS_H_
