// The words for what helps against a leak.
#ifndef TASKLEAK_SRC_REPORT_HINT_WORDS_H_
#define TASKLEAK_SRC_REPORT_HINT_WORDS_H_

#include <string>

#include "explain/group.h"

namespace taskleak::report {

/// Returns LeakGroup::hint: one line, empty if there is no evidence for anything.
std::string HintText(const explain::FoundGroup& group);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_HINT_WORDS_H_
