// Rules that say which threads, tasks, child processes and descriptors are background and not
// leaks.
#ifndef TASKLEAK_IGNORE_H_
#define TASKLEAK_IGNORE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "taskleak/leak.h"
#include "taskleak/snapshot.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

/// Says which units are not leaks. Units that it matches are never waited for.
///
/// A pattern is a glob that must match the whole text (`*` matches any run of characters, `?` one
/// character). After the prefix `re:` (but not `re::`) it is a regular expression (ECMAScript) that
/// may match anywhere in the text. Case matters. A function pattern is compared with the function's
/// plain name, without parameters, template arguments, lambda numbers and clone suffixes
/// (`pool::WorkerPool::Run`). If it contains `(` or `<`, it is also compared with the full
/// demangled name.
///
/// Immutable; copies share state and may be used from several threads at once.
///
/// Example:
///   taskleak::Options options{taskleak::IgnoreThreadName("log-*"),
///                             taskleak::IgnoreRule::Parse("created_by:vendor::*")};
class IgnoreRule {
 public:
  /// Names the property of a unit that the rule is compared with; see the function that makes it.
  enum class Kind {
    kThreadName,   ///< IgnoreThreadName()
    kTaskName,     ///< IgnoreTaskName()
    kTopFunction,  ///< IgnoreTopFunction()
    kFunction,     ///< IgnoreAnyFunction()
    kCreatedBy,    ///< IgnoreCreatedBy()
    kModule,       ///< IgnoreModule()
    kSignature,    ///< IgnoreSignature()
    kOrigin,       ///< IgnoreOrigin()
    kProcess,      ///< IgnoreProcess()
    kDescriptor,   ///< IgnoreDescriptor()
    kCurrent,      ///< IgnoreCurrent()
    kPredicate,    ///< IgnoreIf()
  };

  /// Returns the rule with the text form `kind:pattern`, where the kind is thread_name, task_name,
  /// top_function, function, created_by, module, signature, origin, process or descriptor. Throws
  /// std::invalid_argument, quoting `text`, if the kind is unknown, the pattern is empty or the
  /// regular expression is bad.
  ///
  /// Example: IgnoreRule::Parse("thread_name:pool-*")
  [[nodiscard]] static IgnoreRule Parse(std::string_view text);

  /// Returns what the rule is compared with.
  [[nodiscard]] Kind kind() const;
  /// Returns the text form that Parse reads; for kCurrent and kPredicate a description.
  [[nodiscard]] std::string ToString() const;

  /// For taskleak's own parts, like the two members that follow.
  struct Data;
  /// Makes a rule of `data`, which is not null.
  explicit IgnoreRule(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  /// Returns what the rule is made of.
  [[nodiscard]] const Data& data() const { return *data_; }

 private:
  std::shared_ptr<const Data> data_;
};

/// Ignores threads by their name (at most 15 characters, as the kernel keeps it). Throws
/// std::invalid_argument if the pattern is bad, as do all functions here that take one.
///
/// Example: IgnoreThreadName("pool-*")
[[nodiscard]] IgnoreRule IgnoreThreadName(std::string_view pattern);
/// Ignores tasks by their name (taskleak/task.h). Example: IgnoreTaskName("heartbeat-*")
[[nodiscard]] IgnoreRule IgnoreTaskName(std::string_view pattern);
/// Ignores units by the innermost function on their stack that has a name and is not part of libc
/// or the C++ runtime. Example: IgnoreTopFunction("net::Poller::Wait")
[[nodiscard]] IgnoreRule IgnoreTopFunction(std::string_view pattern);
/// Ignores units by any function on their stack, including inlined functions where debug
/// information names them. Example: IgnoreAnyFunction("vendor::Client::*")
[[nodiscard]] IgnoreRule IgnoreAnyFunction(std::string_view pattern);
/// Ignores units by any function on the stack that created them. Example:
/// IgnoreCreatedBy("pool::WorkerPool::Start")
[[nodiscard]] IgnoreRule IgnoreCreatedBy(std::string_view pattern);
/// Ignores threads by the file name of the library or executable in which their own code starts,
/// and tasks by that of the code that created them. Example: IgnoreModule("libgomp.so*")
[[nodiscard]] IgnoreRule IgnoreModule(std::string_view pattern);
/// Ignores just the leak with this signature, which reports print. Example:
/// IgnoreSignature("5f1c09aa31d2")
[[nodiscard]] IgnoreRule IgnoreSignature(std::string_view signature);
/// Ignores units by the test, suite or run that they descend from. That is known for tasks, and for
/// threads and processes if taskleak::hooks is linked. Example: IgnoreOrigin("Slow.*")
[[nodiscard]] IgnoreRule IgnoreOrigin(std::string_view pattern);
/// Ignores child processes by their command line, with blanks between the arguments, or by their
/// name (at most 15 characters, as the kernel keeps it). Only the name is known of a process that
/// has ended. Example: IgnoreProcess("/usr/bin/redis-server *")
[[nodiscard]] IgnoreRule IgnoreProcess(std::string_view pattern);
/// Ignores file descriptors by what they are open on: a path, or the kernel's name for it, such as
/// "socket:[4711]", "pipe:[4712]" or "anon_inode:[eventpoll]". Example:
/// IgnoreDescriptor("/var/log/*")
[[nodiscard]] IgnoreRule IgnoreDescriptor(std::string_view pattern);
/// Ignores everything that is alive at the moment of this call.
///
/// Example:
///   taskleak::gtest::SetOptions({taskleak::IgnoreCurrent()});
[[nodiscard]] IgnoreRule IgnoreCurrent();
/// Ignores the units for which `predicate` returns true. The checking thread calls it with the
/// complete unit, including the stack; it must not throw. IgnoreRule::ToString() returns
/// `description`. Throws std::invalid_argument if `predicate` is empty.
///
/// Example:
///   IgnoreIf([](const taskleak::Unit& unit) { return unit.age > std::chrono::hours(1); })
[[nodiscard]] IgnoreRule IgnoreIf(std::function<bool(const Unit&)> predicate,
                                  std::string description = "predicate");

}  // namespace taskleak
#pragma GCC visibility pop

#endif  // TASKLEAK_IGNORE_H_
