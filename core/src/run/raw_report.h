// The reports that need nothing: as text and as JSON, from nothing but system calls.
#ifndef TASKLEAK_SRC_RUN_RAW_REPORT_H_
#define TASKLEAK_SRC_RUN_RAW_REPORT_H_

#include <string_view>

namespace taskleak::run {

/// Writes to `fd` that `test` hangs, and for each thread but taskleak's own its name, its system
/// call, where it is and what look like return addresses on its stack, as module+offset and
/// address. Async-signal-safe; uses static memory, so one call at a time, as the next.
void WriteRawReport(int fd, std::string_view test);

/// Writes to `fd` the same as a JSON report (docs/report-formats.md).
void WriteRawJson(int fd, std::string_view test);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_RAW_REPORT_H_
