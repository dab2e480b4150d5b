// Where relative paths in options begin.
#ifndef TASKLEAK_SRC_RULES_START_FOLDER_H_
#define TASKLEAK_SRC_RULES_START_FOLDER_H_

#include <string>

namespace taskleak::rules {

/// Returns `path`, and if it is relative, the folder before it in which the process was when this
/// was first called: tests may change to another one. Thread-safe.
std::string FromStartFolder(const std::string& path);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_START_FOLDER_H_
