// Remarks on coroutines that cannot be seen.
#ifndef TASKLEAK_SRC_CHECK_FRAME_NOTES_H_
#define TASKLEAK_SRC_CHECK_FRAME_NOTES_H_

#include <vector>

#include "check/outcome.h"

namespace taskleak::check {

/// Appends remarks on coroutines that taskleak::any_coroutine should show but cannot. Appends none
/// in a program without it.
void AddFrameNotes(std::vector<Note>& notes);

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_FRAME_NOTES_H_
