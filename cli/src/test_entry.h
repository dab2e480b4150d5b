// Reads the JSON of a test's entry as a LeakReport.
#ifndef TASKLEAK_CLI_TEST_ENTRY_H_
#define TASKLEAK_CLI_TEST_ENTRY_H_

#include <cstddef>

#include "run_report.h"

namespace taskleak::cli {

/// Reads one group. Values that are missing or of a wrong type are empty.
LeakGroup ReadGroup(const Json& group);

/// Reads an element of "tests". Its "groups" must be a list of objects.
TestEntry ReadTestEntry(Json test);

/// Returns whether an element of "tests" is a look that judged nothing (verdict "alive").
bool IsLook(const Json& test);

/// Returns the kind or the state of that name (docs/report-formats.md). An unknown kind is a
/// thread, and an unknown state is kOther.
UnitKind KindNamed(const std::string& name);
WaitState StateNamed(const std::string& name);

/// Returns the text under `key`, or an empty text if there is none. `object` must be an object.
std::string TextAt(const Json& object, const char* key);

/// Returns the whole number under `key`, which is at least 0, or `absent` if there is none.
std::size_t NumberAt(const Json& object, const char* key, std::size_t absent = 0);

/// Returns the number of a line under `key` in the same way, at most the largest int.
int LineAt(const Json& object, const char* key);

/// Returns true if the value under `key` is true.
bool FlagAt(const Json& object, const char* key);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_TEST_ENTRY_H_
