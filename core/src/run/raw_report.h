// Writes reports as text and as JSON by nothing but system calls.
#ifndef TASKLEAK_SRC_RUN_RAW_REPORT_H_
#define TASKLEAK_SRC_RUN_RAW_REPORT_H_

#include <string_view>

#include "run/raw_threads.h"

namespace taskleak::run {

/// Writes to `fd` the thread's name, its system call, where it is, and the values on its stack that
/// look like return addresses, as module+offset and address. Async-signal-safe.
void WriteRawThread(int fd, const RawThread& thread);

/// Writes to `fd` that `test` hangs, and each thread except taskleak's own. Async-signal-safe. Uses
/// static memory, so only one call at a time is allowed, as for the next function.
void WriteRawReport(int fd, std::string_view test);

/// Writes to `fd` the same as a JSON report (docs/report-formats.md).
void WriteRawJson(int fd, std::string_view test);

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_RAW_REPORT_H_
