// Words for why another process cannot be looked at, and for what may mislead about it.
#ifndef TASKLEAK_SRC_REPORT_SUBJECT_WORDS_H_
#define TASKLEAK_SRC_REPORT_SUBJECT_WORDS_H_

#include <string>
#include <string_view>

#include "linux/proc/subject.h"

namespace taskleak::report {

/// Returns why a process cannot be looked at.
std::string UnreachableText(const platform::Unreachable& why);

/// Returns one of LeakReport::notes.
std::string_view CaveatText(platform::Caveat caveat);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_SUBJECT_WORDS_H_
