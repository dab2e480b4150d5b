// Reads lines of source files.
#ifndef TASKLEAK_SRC_REPORT_SOURCE_SNIPPET_H_
#define TASKLEAK_SRC_REPORT_SOURCE_SNIPPET_H_

#include <string>
#include <vector>

namespace taskleak::report {

/// Returns the line and the lines around it, numbered, with '>' before the line itself. Returns
/// nothing if the file cannot be read or `line` is 0. As in backward-cpp,
/// BACKWARD_CXX_SOURCE_PREFIXES sets folders to search.
std::vector<std::string> SourceSnippet(const std::string& file, int line);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_SOURCE_SNIPPET_H_
