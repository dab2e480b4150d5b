// What the short formats say of a group.
#ifndef TASKLEAK_CLI_GROUP_SUMMARY_H_
#define TASKLEAK_CLI_GROUP_SUMMARY_H_

#include <cstddef>
#include <string>

#include "taskleak/leak.h"

namespace taskleak::cli {

/// `8 threads "pool-worker" waiting on a condition variable`
std::string Title(const LeakGroup& group);

/// A line of source; `file` is empty when none is known.
struct SourceLine {
  std::string file;
  int line = 0;
};

/// Where someone has to look first: the program's own line that created the units, or, where that
/// is not known, the innermost line of its own that they stand at. A file below `root` is named
/// relative to it.
SourceLine BlamedLine(const LeakGroup& group, const std::string& root);

/// `file` relative to `root` if it is below it. A relative path, as debug information has it, is
/// relative to some build folder: what is left of it without leading ".." counts if it is there.
std::string RelativeTo(const std::string& root, const std::string& file);

/// The innermost function of the units' stack that is the program's own, or if there is none the
/// one that created them; may be empty.
std::string FirstFunction(const LeakGroup& group);

/// The text report of one group of `report`.
std::string GroupText(const LeakReport& report, std::size_t group);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_GROUP_SUMMARY_H_
