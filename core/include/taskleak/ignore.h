// Rules that say which threads and tasks are background and no leak.
#ifndef TASKLEAK_IGNORE_H_
#define TASKLEAK_IGNORE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "taskleak/leak.h"
#include "taskleak/snapshot.h"

namespace taskleak {

/// One rule: units it matches are not leaks, and are never waited for.
///
/// Patterns are globs (`*` any run of characters, `?` one character) that must match the whole
/// text, or regular expressions (ECMAScript, found anywhere in the text) after the prefix `re:`.
/// Case matters. Function patterns are compared with the function's plain name, without parameters,
/// template arguments, lambda numbers and clone suffixes (`pool::WorkerPool::Run`), and, when the
/// pattern contains `(` or `<`, with the full demangled name.
///
/// Immutable; copies share state and may be used from several threads at once.
class IgnoreRule {
 public:
  /// What of a unit the rule is compared with: see the function that makes it.
  enum class Kind {
    kThreadName,   ///< IgnoreThreadName()
    kTaskName,     ///< IgnoreTaskName()
    kTopFunction,  ///< IgnoreTopFunction()
    kFunction,     ///< IgnoreAnyFunction()
    kCreatedBy,    ///< IgnoreCreatedBy()
    kModule,       ///< IgnoreModule()
    kSignature,    ///< IgnoreSignature()
    kOrigin,       ///< IgnoreOrigin()
    kCurrent,      ///< IgnoreCurrent()
    kPredicate,    ///< IgnoreIf()
  };

  /// Reads a rule in its text form, `kind:pattern`, with the kinds thread_name, task_name,
  /// top_function, function, created_by, module, signature and origin. Throws
  /// std::invalid_argument, quoting `text`, if the kind is unknown, the pattern is empty or the
  /// regular expression is bad.
  ///
  /// Example: IgnoreRule::Parse("thread_name:pool-*")
  [[nodiscard]] static IgnoreRule Parse(std::string_view text);

  /// What it is compared with.
  [[nodiscard]] Kind kind() const;
  /// The text form, as Parse reads it; for kCurrent and kPredicate a description.
  [[nodiscard]] std::string ToString() const;

  /// For taskleak's own parts, as the two that follow.
  struct Data;
  /// A rule of data that is not null.
  explicit IgnoreRule(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  /// What it is made of.
  [[nodiscard]] const Data& data() const { return *data_; }

 private:
  std::shared_ptr<const Data> data_;
};

/// The thread's name (at most 15 characters, as the kernel keeps it). Example:
/// IgnoreThreadName("pool-*")
[[nodiscard]] IgnoreRule IgnoreThreadName(std::string_view pattern);
/// The task's name (taskleak/task.h). Example: IgnoreTaskName("heartbeat-*")
[[nodiscard]] IgnoreRule IgnoreTaskName(std::string_view pattern);
/// The innermost function that is not of libc or the C++ runtime. Example:
/// IgnoreTopFunction("net::Poller::Wait")
[[nodiscard]] IgnoreRule IgnoreTopFunction(std::string_view pattern);
/// Any function of the stack, inlined ones included where debug information tells them.
[[nodiscard]] IgnoreRule IgnoreAnyFunction(std::string_view pattern);
/// Any function of the stack that created the unit.
[[nodiscard]] IgnoreRule IgnoreCreatedBy(std::string_view pattern);
/// The file name of the library or executable in which the thread's own code starts, or that holds
/// the code that created the task. Example:
/// IgnoreModule("libgomp.so*")
[[nodiscard]] IgnoreRule IgnoreModule(std::string_view pattern);
/// The signature printed in a report: just that leak. Example: IgnoreSignature("5f1c09aa31d2")
[[nodiscard]] IgnoreRule IgnoreSignature(std::string_view signature);
/// The test, suite or run that the unit descends from; known where taskleak::hooks is linked.
/// Example: IgnoreOrigin("Slow.*")
[[nodiscard]] IgnoreRule IgnoreOrigin(std::string_view pattern);
/// All that is alive at the moment of the call.
[[nodiscard]] IgnoreRule IgnoreCurrent();
/// Whatever `predicate` says; `description` names it in verbose reports. It is called from the
/// thread that checks, with the unit complete (stack included). Must not throw.
[[nodiscard]] IgnoreRule IgnoreIf(std::function<bool(const Unit&)> predicate,
                                  std::string description = "predicate");

}  // namespace taskleak

#endif  // TASKLEAK_IGNORE_H_
