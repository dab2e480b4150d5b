// What units do and wait for, as facts; report/wait_words.h has the words.
#ifndef TASKLEAK_SRC_EXPLAIN_WAIT_FACTS_H_
#define TASKLEAK_SRC_EXPLAIN_WAIT_FACTS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "linux/proc/descriptor.h"
#include "linux/unwind/missing.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// How long a wait may last.
struct TimeFacts {
  enum class Kind {
    kUnlimited,  ///< no limit, or none that is known
    kLeft,       ///< `time` is left
    kInAll,      ///< `time` is what the whole wait may take; how much has passed is not known
    kForEver,    ///< the program has set a limit that lies years ahead
  };
  Kind kind = Kind::kUnlimited;
  std::chrono::nanoseconds time{0};

  bool operator==(const TimeFacts&) const = default;
};

/// A descriptor, and what it is.
struct DescriptorFacts {
  int number = -1;
  platform::OpenFile file;
};

/// The end of a pipe that is not the one waited on.
struct OtherEnd {
  bool writes = false;                     ///< it is the end to which data is written
  std::optional<platform::Descriptor> at;  ///< nothing: this process does not have it
};

/// A wait on one descriptor.
struct DescriptorWait {
  DescriptorFacts on;
  bool standard_input = false;  ///< it reads the file that descriptor 0 is open on
  std::optional<OtherEnd> other_end{};
  std::string connects_to{};  ///< the address, for connect(2); may be empty
};

/// Some of many descriptors, those that accept connections first.
struct DescriptorList {
  std::vector<DescriptorFacts> first;
  std::size_t more = 0;
};

/// A wait by poll(2) or select(2).
struct PollWait {
  DescriptorList on;
};

/// A wait by epoll_wait(2).
struct EpollWait {
  DescriptorFacts epoll;
  DescriptorList watched;
};

/// A wait for a lock, and other waits by futex(2).
struct LockWait {
  std::uintptr_t address = 0;  ///< of a lock with a known holder; else 0
  unsigned readers = 0;        ///< number of readers that hold it, if the thread waits to write
  TimeFacts limit;
};

/// A wait for a point in time.
struct SleepWait {
  TimeFacts limit;
};

/// A path as the program gave it.
struct PathFacts {
  std::string path;
};

/// A child process that has not yet executed a program (vfork(2)).
struct StartingChild {};

/// A wait in a system call that has no state of its own.
struct CallWait {
  long number = -1;         ///< negative: in a page fault, not in a system call
  std::string_view name{};  ///< empty if the call is not known to block
  std::variant<std::monostate, DescriptorFacts, PathFacts, StartingChild> about{};
};

/// Holds what exactly a thread waits for; nothing if only its state is known.
using WaitFacts = std::variant<std::monostate, DescriptorWait, PollWait, EpollWait, LockWait,
                               SleepWait, CallWait>;

/// What the program, or an adapter, says a task waits for.
struct SaidWait {
  std::string text;
};

/// The thread that runs a task.
struct Runner {
  int tid = 0;
  std::string name;  ///< empty when unknown
};

/// A fiber that is ready to run, but no thread has run it yet.
struct ReadyToRun {};

/// A coroutine that has finished, and whose frame was not destroyed.
struct FrameLeft {};

/// A coroutine that was found by a search of memory: its frame may have been freed.
struct Unverified {
  bool finished = false;
};

/// The life of a thread that ended.
struct EndedThread {
  std::chrono::milliseconds ran{0};
  std::string routine{};  ///< its start routine, if that is a function of the program's own
};

/// A child process that runs, or is stopped.
struct RunningProcess {
  std::string command;  ///< its command line
};

/// A child process that has ended.
struct EndedProcess {
  int status = 0;  ///< as waitpid(2) returns it
};

/// A descriptor that was left open, as others of its kind were by earlier tests.
struct LeftOpen {
  struct Earlier {
    int number = -1;
    std::string test;
  };
  platform::OpenFile file;
  std::vector<Earlier> earlier;  ///< the latest of those that are still open
  std::size_t more = 0;          ///< how many more of them there are
};

/// Holds what is known of a unit besides its state.
struct Detail {
  std::variant<std::monostate, SaidWait, Runner, ReadyToRun, FrameLeft, Unverified, EndedThread,
               RunningProcess, EndedProcess, LeftOpen>
      of_unit;
  WaitFacts wait;
};

/// A unit as it is found: its `detail` and `stack_missing` are empty, since they are words.
struct FoundUnit {
  Unit unit;
  Detail detail;
  platform::Missing missing;    ///< of its stack
  bool origin_is_when = false;  ///< Unit::origin only says when it was created
};

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_WAIT_FACTS_H_
