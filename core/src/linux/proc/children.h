// Lists the child processes of the looked-at process.
#ifndef TASKLEAK_SRC_LINUX_PROC_CHILDREN_H_
#define TASKLEAK_SRC_LINUX_PROC_CHILDREN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "linux/proc/thread_list.h"

namespace taskleak::platform {

/// Holds the content of a process's stat file (proc_pid_stat(5)).
struct ProcessStat {
  std::string name;  ///< at most 15 characters
  char state = '?';  ///< R, S, D, Z, T, t, X, I
  int parent = 0;
  int session = 0;
  std::uint64_t cpu_ticks = 0;  ///< that it has used
  std::uint64_t start_ticks = 0;
  int exit_signal = 0;  ///< that its parent gets at its end
  int exit_status = 0;  ///< as waitpid(2) has it; of one that has ended

  /// Returns whether it has ended and was not waited for.
  [[nodiscard]] bool ended() const { return state == 'Z' || state == 'X'; }
  /// Returns whether a signal or a tracer has stopped it.
  [[nodiscard]] bool stopped() const { return state == 'T' || state == 't'; }
};

/// Parses the text; returns nothing if it has another form.
std::optional<ProcessStat> ParseProcessStat(std::string_view stat);

/// Returns an error if there is no such process, or its file cannot be read or is of another form.
Result<ProcessStat> ReadProcessStat(int pid);

/// Returns the arguments of the process with blanks between them; empty if it has ended, or the
/// kernel does not show them. Waits some milliseconds for a process that is about to execute a
/// program.
std::string ReadCommandLine(int pid);

/// One child process. Its number and start identify it, as those of a thread do.
struct ChildProcess {
  ThreadId id;
  ProcessStat stat;
};

/// Returns false only if there is no child process that could be waited for. Makes one system call,
/// which neither waits nor takes a child's result. Makes none if there was no child when
/// platform::ListThreads() last returned `births`. Thread-safe, like the others.
bool HasChildren(std::uint64_t births = 0);

/// Returns whether processes that lose their parents become children of this one (prctl(2)).
bool TakesInOrphans();

/// Returns the child processes that a wait(2) in their parent would wait for, sorted by number; an
/// error if they cannot be listed. A child without SIGCHLD as its signal (clone(2)) is not one of
/// them.
Result<std::vector<ChildProcess>> ListChildren();

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_CHILDREN_H_
