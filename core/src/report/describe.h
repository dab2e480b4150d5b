// Makes a LeakReport from the outcome of a check.
#ifndef TASKLEAK_SRC_REPORT_DESCRIBE_H_
#define TASKLEAK_SRC_REPORT_DESCRIBE_H_

#include <string_view>

#include "check/outcome.h"
#include "taskleak/leak.h"

namespace taskleak::report {

/// Returns the report of an outcome. Thread-safe.
LeakReport Describe(check::Outcome outcome);

/// Returns the report of a test whose descriptors cannot be listed.
LeakReport CannotListDescriptors(Error error, std::string_view test);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_DESCRIBE_H_
