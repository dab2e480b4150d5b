// Words for hints on how to fix a leak.
#ifndef TASKLEAK_SRC_REPORT_HINT_WORDS_H_
#define TASKLEAK_SRC_REPORT_HINT_WORDS_H_

#include <string>

#include "explain/group.h"

namespace taskleak::report {

/// Returns LeakGroup::hint: one line, or an empty text if there is no evidence.
std::string HintText(const explain::FoundGroup& group);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_HINT_WORDS_H_
