// Leak reports as JSON, schema 1 (docs/report-formats.md).
#ifndef TASKLEAK_SRC_REPORT_JSON_REPORT_H_
#define TASKLEAK_SRC_REPORT_JSON_REPORT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::report {

/// The document of a run that checked `tests_checked` scopes and found `reports`. Reports without
/// leaks only add their notes. Bytes that are no UTF-8 become U+FFFD.
std::string JsonDocument(const std::vector<LeakReport>& reports, std::size_t tests_checked);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_JSON_REPORT_H_
