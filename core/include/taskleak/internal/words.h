// Words that all of taskleak's reports and pages share. For taskleak's own libraries.
#ifndef TASKLEAK_INTERNAL_WORDS_H_
#define TASKLEAK_INTERNAL_WORDS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "taskleak/leak.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Returns "1 thread", "8 threads", "2 processes". Thread-safe.
[[nodiscard]] std::string Count(std::size_t count, std::string_view noun);

/// Returns what a unit of this kind is called: "thread", "unjoined thread", "task",
/// "process", "descriptor". Thread-safe.
[[nodiscard]] std::string_view Noun(UnitKind kind);

/// Returns for example "2 threads wait for each other" or "a coroutine awaits itself". Thread-safe.
[[nodiscard]] std::string DeadlockText(const Deadlock& deadlock);

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_WORDS_H_
