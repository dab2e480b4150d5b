// Words for remarks on a check, and for why it failed.
#ifndef TASKLEAK_SRC_REPORT_NOTE_WORDS_H_
#define TASKLEAK_SRC_REPORT_NOTE_WORDS_H_

#include <string>

#include "check/outcome.h"

namespace taskleak::report {

/// Returns one of LeakReport::notes.
std::string NoteText(const check::Note& note);

/// Returns LeakReport::could_not_look for the reason why the threads cannot be listed.
std::string CannotListText(Error error);

/// Returns the same for descriptors.
std::string CannotListDescriptorsText(Error error);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_NOTE_WORDS_H_
