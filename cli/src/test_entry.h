// The JSON of a test's entry, as a LeakReport.
#ifndef TASKLEAK_CLI_TEST_ENTRY_H_
#define TASKLEAK_CLI_TEST_ENTRY_H_

#include <cstddef>

#include "run_report.h"

namespace taskleak::cli {

/// Reads one group. What is missing or of another type than it should be is empty.
LeakGroup ReadGroup(const Json& group);

/// Reads an element of "tests", whose "groups" is a list of objects.
TestEntry ReadTestEntry(Json test);

/// The kind or state of that name (docs/report-formats.md); a thread, and another state, if there
/// is none.
UnitKind KindNamed(const std::string& name);
WaitState StateNamed(const std::string& name);

/// The text under `key`; empty if there is none. `object` is an object.
std::string TextAt(const Json& object, const char* key);

/// The whole number under `key`, at least 0; `absent` if there is none.
std::size_t NumberAt(const Json& object, const char* key, std::size_t absent = 0);

/// The same for the number of a line, at most the largest int.
int LineAt(const Json& object, const char* key);

/// Whether there is a true under `key`.
bool FlagAt(const Json& object, const char* key);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_TEST_ENTRY_H_
