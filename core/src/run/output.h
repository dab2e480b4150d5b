// Where reports go beside the framework's failure: the terminal and the JSON file.
#ifndef TASKLEAK_SRC_RUN_OUTPUT_H_
#define TASKLEAK_SRC_RUN_OUTPUT_H_

#include <string>

#include "report/report_file.h"
#include "taskleak/options.h"

namespace taskleak::run {

/// Prints to standard error; the first line stands out if `color` and the terminal allow it.
/// Thread-safe.
void Print(const std::string& text, Color color);

/// The process's JSON report at `options.json`, made on first use; null if none is asked for.
/// Thread-safe.
report::ReportFile* JsonReport(const Options& options);

/// Says once on standard error what went wrong with a report; does nothing if `error` is empty.
/// Thread-safe.
void SayOnce(const std::string& error);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_OUTPUT_H_
