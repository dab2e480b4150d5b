// Reads files of suppressions.
#ifndef TASKLEAK_SRC_RULES_SUPPRESSION_FILE_H_
#define TASKLEAK_SRC_RULES_SUPPRESSION_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "rules/suppression.h"

namespace taskleak::rules {

/// A suppression and the line of its file, from 1.
struct SuppressionLine {
  Suppression suppression;
  int line;
};

/// Reads one suppression from each line of `text`; empty lines and lines that begin with # are
/// skipped. Throws std::invalid_argument, naming `path`, line and column, if one is bad.
std::vector<SuppressionLine> ParseSuppressions(std::string_view text, const std::string& path);

/// Does the same for the file `path`. Throws std::invalid_argument also if it cannot be read.
std::vector<SuppressionLine> ReadSuppressions(const std::string& path);

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_SUPPRESSION_FILE_H_
