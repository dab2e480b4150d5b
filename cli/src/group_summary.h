// The text about a group in short formats.
#ifndef TASKLEAK_CLI_GROUP_SUMMARY_H_
#define TASKLEAK_CLI_GROUP_SUMMARY_H_

#include <cstddef>
#include <string>

#include "taskleak/leak.h"

namespace taskleak::cli {

/// Returns `8 threads "pool-worker" waiting on a condition variable`.
std::string Title(const LeakGroup& group);

/// A line of source; `file` is empty when none is known.
struct SourceLine {
  std::string file;
  int line = 0;
};

/// Returns the line to look at first: the program's own line that created the units or, if that is
/// not known, the innermost line of the program's own where they are. A file below `root` is named
/// relative to it.
SourceLine BlamedLine(const LeakGroup& group, const std::string& root);

/// Returns `file` relative to `root` if it is below it. Debug information may have paths relative
/// to a build folder. Such a path is used without its leading ".." if that file exists.
std::string RelativeTo(const std::string& root, const std::string& file);

/// Returns the innermost function of the program's own on the units' stack, or else the function
/// that created them. May be empty.
std::string FirstFunction(const LeakGroup& group);

/// Returns the same function with its part: "at pool::WorkerPool::Run", or "created by
/// pool::WorkerPool::Start". May be empty.
std::string PlaceText(const LeakGroup& group);

/// Returns the text report of one group of `report`.
std::string GroupText(const LeakReport& report, std::size_t group);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_GROUP_SUMMARY_H_
