// What is under way while the process must not end.
#ifndef TASKLEAK_SRC_REGISTRY_PROCESS_END_H_
#define TASKLEAK_SRC_REGISTRY_PROCESS_END_H_

#include <sys/types.h>

#include <string>
#include <string_view>

namespace taskleak::registry {

/// What an end of the process means meanwhile.
enum class EarlyEnd { kWarning, kFailure };

/// Records that `scope` is under way in that process from now on; forked children may end as they
/// like. Thread-safe, as all that follows.
void BeginUnfinished(std::string_view scope, EarlyEnd end, pid_t process);
/// Records that nothing is under way any more.
void EndUnfinished();

/// What was under way when the process began to end.
struct Unfinished {
  std::string scope;
  EarlyEnd end;
};
/// Takes it, once; false if nothing is under way. `call` is what ends the process, "exit()". Prints
/// the message.
bool TakeUnfinished(std::string_view call, Unfinished& unfinished);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_PROCESS_END_H_
