// Programs that this one starts and waits for.
#ifndef TASKLEAK_CLI_CHILD_PROCESS_H_
#define TASKLEAK_CLI_CHILD_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace taskleak::cli {

/// This process's environment, to be changed and handed to a child.
class Environment {
 public:
  Environment();

  [[nodiscard]] std::string Get(const std::string& name) const;
  void Set(const std::string& name, const std::string& value);
  void Remove(const std::string& name);
  /// "NAME=value", one for each variable.
  [[nodiscard]] const std::vector<std::string>& variables() const { return variables_; }

 private:
  std::vector<std::string> variables_;
};

/// What to start.
struct Child {
  std::vector<std::string> command;  ///< the program is found as execvp(3) finds it
  Environment environment{};
  std::string output{};          ///< file for its standard output; empty: where this program's goes
  std::string errors{};          ///< the same for standard error; may be the same file
  std::string standard_input{};  ///< file; empty: this program's
};

/// How it ended.
struct ChildEnd {
  pid_t pid = 0;
  int code = 0;  ///< exit code, or as shells have it 128 and the number of the signal that ended it
};

/// Starts it and returns its process id. Throws std::runtime_error if it cannot be started.
/// Thread-safe, as the next ones.
pid_t StartChild(const Child& child);
/// Waits until it ends.
ChildEnd AwaitChild(pid_t pid);
/// Waits until it ends, at most `most`. Returns nothing if it has not.
std::optional<ChildEnd> AwaitChild(pid_t pid, std::chrono::nanoseconds most);

/// Runs it to its end. Throws std::runtime_error if it cannot be started.
ChildEnd RunChild(const Child& child);

/// From now on the signals that a terminal or a CI system ends jobs with do not end this process,
/// which then waits for its children: they get them too, being in its process group, or decide for
/// themselves. Children have them as this process had.
void OutliveChildren();
/// Whether one of those signals has come since.
bool Interrupted();

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_CHILD_PROCESS_H_
