// Programs that this one starts and waits for.
#ifndef TASKLEAK_CLI_CHILD_PROCESS_H_
#define TASKLEAK_CLI_CHILD_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace taskleak::cli {

/// A copy of this process's environment, which can be changed and passed to a child.
class Environment {
 public:
  Environment();

  [[nodiscard]] std::string Get(const std::string& name) const;
  void Set(const std::string& name, const std::string& value);
  void Remove(const std::string& name);
  /// Returns "NAME=value" for each variable.
  [[nodiscard]] const std::vector<std::string>& variables() const { return variables_; }

 private:
  std::vector<std::string> variables_;
};

/// The program to start.
struct Child {
  std::vector<std::string> command;  ///< the program is searched for as by execvp(3)
  Environment environment{};
  std::string output{};  ///< file for its standard output; empty: the same as this program's
  std::string errors{};  ///< the same for standard error; may be the same file
  std::string standard_input{};  ///< file; empty: this program's
};

/// The end of a child.
struct ChildEnd {
  pid_t pid = 0;
  int code = 0;  ///< exit code; as in shells, 128 plus the number of the signal that ended it
};

/// Starts a child and returns its process id. Throws std::runtime_error if it cannot be started.
/// Thread-safe, like the functions below.
pid_t StartChild(const Child& child);
/// Waits until the child ends.
ChildEnd AwaitChild(pid_t pid);
/// Waits until the child ends, at most `most`. Returns nothing if it has not ended.
std::optional<ChildEnd> AwaitChild(pid_t pid, std::chrono::nanoseconds most);

/// Runs a child to its end. Throws std::runtime_error if it cannot be started.
ChildEnd RunChild(const Child& child);

/// Protects this process from the signals with which a terminal or a CI system ends jobs. From now
/// on, this process waits for its children instead. The children are in its process group, so they
/// get the terminal's signals too, and may handle them. A signal that another process sends is
/// passed on to them, also to a child that is started later; one that was sent to the whole group
/// reaches them twice. Children inherit the previous handling of the signals.
void OutliveChildren();
/// Returns true if one of those signals has come since.
bool Interrupted();

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_CHILD_PROCESS_H_
