// Outputs reports to the terminal and the JSON file, besides the framework's failures.
#ifndef TASKLEAK_SRC_RUN_OUTPUT_H_
#define TASKLEAK_SRC_RUN_OUTPUT_H_

#include <string>

#include "report/report_file.h"
#include "taskleak/options.h"

namespace taskleak::run {

/// Prints to standard error. The first line is highlighted if `color` and the terminal allow it.
/// Thread-safe.
void Print(const std::string& text, Color color);

/// Returns the process's JSON report at `options.json`, which is made on first use, or null if none
/// is requested. Thread-safe.
report::ReportFile* JsonReport(const Options& options);

/// Prints once to standard error what went wrong with a report. Does nothing if `error` is empty.
/// Thread-safe.
void SayOnce(const std::string& error);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_OUTPUT_H_
