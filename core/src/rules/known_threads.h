// Background threads and processes that well-known libraries keep, and that programs do not end.
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

/// What is known of a live thread that may be one of them.
struct Candidate {
  int tid = 0;
  std::string_view name{};
  const platform::ThreadLook& look;
};

/// A thread of one library: it has one of its names, if it has any, and it runs that library's code
/// and nothing of the program's. The code is known by its module or, where it is linked statically,
/// by its functions.
struct KnownRule {
  std::vector<Pattern> names;      ///< of the thread; empty: any
  std::vector<Pattern> modules;    ///< of the library
  std::vector<Pattern> functions;  ///< of the same library
  bool generates_code = false;     ///< what runs in no module is the library's as well

  [[nodiscard]] bool Matches(const Candidate& thread) const;
  /// Returns for example "thread_name:gmain, gdbus; module:libglib-2.0.so*; function:g_*".
  [[nodiscard]] std::string ToString() const;
};

/// One entry: any of the rules, or what `is` finds out by itself.
struct KnownThreads {
  std::string_view name;         // how options name the entry: "grpc"
  std::string_view what;         // for people
  std::vector<KnownRule> rules;  // any of them
  bool (*is)(const Candidate&) = nullptr;
  std::string_view how = {};           // what `is` goes by, for people
  std::vector<Pattern> commands = {};  // of child processes that the library keeps, or their names

  [[nodiscard]] bool Matches(const Candidate& thread) const;
  /// Returns whether it is one of the library's processes, by the command line, which may be empty,
  /// or the name of the process.
  [[nodiscard]] bool MatchesProcess(std::string_view command, std::string_view program) const;
};

/// Returns the built-in list, which is made once and is immutable.
const std::vector<KnownThreads>& AllKnownThreads();

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_KNOWN_THREADS_H_
