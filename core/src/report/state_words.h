// The names of wait states in JSON and in sentences.
#ifndef TASKLEAK_SRC_REPORT_STATE_WORDS_H_
#define TASKLEAK_SRC_REPORT_STATE_WORDS_H_

#include <string_view>

#include "taskleak/leak.h"

namespace taskleak::report {

/// Returns the activity of a thread or task in this state: "waiting on a condition variable".
std::string_view Phrase(WaitState state);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_STATE_WORDS_H_
