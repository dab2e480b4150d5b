// Records the scope that is under way, during which the process must not end.
#ifndef TASKLEAK_SRC_REGISTRY_PROCESS_END_H_
#define TASKLEAK_SRC_REGISTRY_PROCESS_END_H_

#include <sys/types.h>

#include <string>
#include <string_view>

namespace taskleak::registry {

/// Says what it means if the process ends while a scope is under way.
enum class EarlyEnd { kWarning, kFailure };

/// Records that `scope` is under way in that process from now on. Forked children may end as they
/// like. Thread-safe, like all that follows.
void BeginUnfinished(std::string_view scope, EarlyEnd end, pid_t process);
/// Records that nothing is under way any more.
void EndUnfinished();

/// Describes what was under way when the process began to end.
struct Unfinished {
  std::string scope;
  EarlyEnd end;
};
/// Takes what is under way, once, and prints the message. Returns false if nothing is under way.
/// `call` is the call that ends the process, "exit()".
bool TakeUnfinished(std::string_view call, Unfinished& unfinished);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_PROCESS_END_H_
