// The use of suppression files over many processes.
#ifndef TASKLEAK_CLI_SUPPRESSION_USES_H_
#define TASKLEAK_CLI_SUPPRESSION_USES_H_

#include <string>
#include <vector>

#include "run_report.h"

namespace taskleak::cli {

/// Adds `use` to that of the same line, or to the list.
void AddUse(rules::SuppressionCount use, std::vector<rules::SuppressionCount>* uses);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_SUPPRESSION_USES_H_
