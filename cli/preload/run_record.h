// The records that the preload library appends to a file for `taskleak run`.
#ifndef TASKLEAK_CLI_RUN_RECORD_H_
#define TASKLEAK_CLI_RUN_RECORD_H_

#include <sys/types.h>

namespace taskleak::cli {

// Environment variables of a watched process.
inline constexpr const char* kRecordsVariable = "TASKLEAK_RUN_RECORDS";  // the file
inline constexpr const char* kAtVariable = "TASKLEAK_RUN_AT";            // "exit" or "main"
inline constexpr const char* kFollowVariable = "TASKLEAK_RUN_FOLLOW";    // "0" or "1"
inline constexpr const char* kTestVariable = "TASKLEAK_RUN_TEST";        // name, or empty

enum class RunEvent : int {
  kLoaded = 1,        // the library is in the process
  kChecksItself = 2,  // the program has a plugin of taskleak, and that has looked
  kClean = 3,
  kLeaks = 4,
};

/// Written in one piece.
struct RunRecord {
  pid_t pid;
  RunEvent event;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_RUN_RECORD_H_
