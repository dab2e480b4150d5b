// Words for why stacks are missing.
#ifndef TASKLEAK_SRC_REPORT_MISSING_WORDS_H_
#define TASKLEAK_SRC_REPORT_MISSING_WORDS_H_

#include <string>

#include "linux/unwind/missing.h"

namespace taskleak::report {

/// Returns Unit::stack_missing: one line, empty if nothing is missing.
std::string MissingText(const platform::Missing& missing);

/// Returns why the kernel does not show where a thread is, by errno.
std::string HiddenText(int error);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_MISSING_WORDS_H_
