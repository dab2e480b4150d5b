// Lines of source files.
#ifndef TASKLEAK_SRC_REPORT_SOURCE_SNIPPET_H_
#define TASKLEAK_SRC_REPORT_SOURCE_SNIPPET_H_

#include <string>
#include <vector>

namespace taskleak::report {

/// The line and those around it, numbered, the line itself marked with '>'. Empty when the file
/// cannot be read or `line` is 0. Folders to search may be set as backward-cpp has it, in
/// BACKWARD_CXX_SOURCE_PREFIXES.
std::vector<std::string> SourceSnippet(const std::string& file, int line);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_SOURCE_SNIPPET_H_
