// Resolves relative paths in options.
#ifndef TASKLEAK_SRC_RULES_START_FOLDER_H_
#define TASKLEAK_SRC_RULES_START_FOLDER_H_

#include <string>

namespace taskleak::rules {

/// Returns `path` as an absolute path. If it is relative, it begins in the folder where the process
/// was at the first call: tests may change the folder. Thread-safe.
std::string FromStartFolder(const std::string& path);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_START_FOLDER_H_
