// Words for why a core file cannot be looked at, and for what it lacks.
#ifndef TASKLEAK_SRC_REPORT_CORE_WORDS_H_
#define TASKLEAK_SRC_REPORT_CORE_WORDS_H_

#include <string>
#include <vector>

#include "linux/corefile/core_image.h"

namespace taskleak::report {

/// Returns why a core file cannot be looked at.
std::string UnreadableText(const platform::UnreadableCore& why);

/// Returns what ended the process and what is missing, for LeakReport::notes.
std::vector<std::string> CoreTexts(const platform::CoreImage& image);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_CORE_WORDS_H_
