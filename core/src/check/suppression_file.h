// Files of ignore rules.
#ifndef TASKLEAK_SRC_CHECK_SUPPRESSION_FILE_H_
#define TASKLEAK_SRC_CHECK_SUPPRESSION_FILE_H_

#include <string>
#include <vector>

#include "taskleak/ignore.h"

namespace taskleak::check {

/// Reads one rule (IgnoreRule::Parse) from each line; empty lines and lines that begin with # are
/// passed over. Throws std::invalid_argument, naming file and line, if the file cannot be read or a
/// rule is bad.
std::vector<IgnoreRule> ReadSuppressions(const std::string& path);

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_SUPPRESSION_FILE_H_
