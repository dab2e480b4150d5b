// Recognizes background threads and processes that well-known libraries keep and programs do not
// end.
#ifndef TASKLEAK_SRC_RULES_KNOWN_THREADS_H_
#define TASKLEAK_SRC_RULES_KNOWN_THREADS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linux/look/stack_reader.h"
#include "rules/pattern.h"

namespace taskleak::rules {

/// Holds what is known of a live thread that may be such a thread.
struct Candidate {
  int tid = 0;
  std::string_view name{};
  const platform::ThreadLook& look;
};

/// Describes threads of one library. Such a thread has one of the names, if there are any, and runs
/// that library's code and nothing of the program's. The code is known by its module or, if it is
/// linked statically, by its functions.
struct KnownRule {
  std::vector<Pattern> names;      ///< of the thread; empty: any
  std::vector<Pattern> modules;    ///< of the library
  std::vector<Pattern> functions;  ///< of the same library
  bool generates_code = false;     ///< code in no module is the library's as well

  [[nodiscard]] bool Matches(const Candidate& thread) const;
  /// Returns for example "thread_name:gmain, gdbus; module:libglib-2.0.so*; function:g_*".
  [[nodiscard]] std::string ToString() const;
};

/// Holds one entry: threads that match any of the rules or `is`.
struct KnownThreads {
  std::string_view name;         // how options name the entry: "grpc"
  std::string_view what;         // for people
  std::vector<KnownRule> rules;  // any of them
  bool (*is)(const Candidate&) = nullptr;
  std::string_view how = {};           // how `is` recognizes a thread, for people
  std::vector<Pattern> commands = {};  // or names of child processes that it keeps

  [[nodiscard]] bool Matches(const Candidate& thread) const;
  /// Returns whether it is one of the library's processes, by the command line, which may be empty,
  /// or the name of the process.
  [[nodiscard]] bool MatchesProcess(std::string_view command, std::string_view program) const;
};

/// Returns the built-in list, which is made once and is immutable.
const std::vector<KnownThreads>& AllKnownThreads();

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_KNOWN_THREADS_H_
