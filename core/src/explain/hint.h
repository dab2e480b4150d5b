// Finds out what helps against a leak.
#ifndef TASKLEAK_SRC_EXPLAIN_HINT_H_
#define TASKLEAK_SRC_EXPLAIN_HINT_H_

#include <span>
#include <string>

#include "explain/inspect.h"

namespace taskleak::explain {

/// What the evidence says about how to fix a leak; report/hint_words.h has the words.
struct Hint {
  enum class Kind {
    kNone,              ///< there is no evidence
    kUnjoined,          ///< the thread ended and was neither joined nor detached
    kNotWaitedFor,      ///< the process ended and was not waited for
    kNotEnded,          ///< the process goes on
    kNotClosed,         ///< the descriptor is open
    kOwnerEnded,        ///< the owner of its lock ended
    kJoinsItself,       ///< the thread waits for its own end
    kStandardInput,     ///< it reads standard input
    kNoWriter,          ///< it reads a pipe to which only another process can write
    kSingleton,         ///< created while static objects of the program were initialized
    kOnce,              ///< created by code that runs once, for the process or for an object
    kPlugin,            ///< the same, in a library that was loaded later and may be unloaded
    kNotAskedToStop,    ///< a std::jthread that could be asked to stop
    kServer,            ///< it waits for connections
    kIdleWorkers,       ///< a pool's threads that wait for the same thing
    kDetached,          ///< `call` detached it
    kOnlyMainNotifies,  ///< only the main thread is left to notify its condition variable
    kWait,              ///< no more than what it waits for
    kTask,              ///< a task; no more than its state
    kFiber,             ///< a fiber; no more than what it waits for
    kOfAdapter,         ///< `text`, from the adapter of the task
  };
  Kind kind = Kind::kNone;
  std::string text{};
  Frame call{};
};

/// Finds out what helps a group that is not deadlocked, judging by its first finding. `alone` means
/// that no other thread of the process could do anything about it, except the one that checks and
/// the main one.
Hint FindHint(std::span<const Finding* const> same, bool alone);

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_HINT_H_
