// A scope of the calling thread, for marks that check a piece of a test.
#ifndef TASKLEAK_LEAK_SCOPE_H_
#define TASKLEAK_LEAK_SCOPE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "taskleak/options.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

/// Opens a scope of the calling thread. Until the scope ends, everything that this thread starts
/// belongs to it, and everything that is started from there in turn.
///
/// So scopes of several threads do not see each other's leaks, or leaks of pools that were started
/// before. An inner scope of the same thread judges its own part; the outer scope does not see it.
/// A thread with an unknown creator (always, without taskleak::hooks) belongs to every scope in
/// which it is first seen.
///
/// Construct, check and destroy it on one thread. Not copyable.
///
/// Example:
///   taskleak::LeakScope scope;
///   server.Restart();
///   if (const auto text = scope.Check("Server.Restarts")) Fail(*text);
class [[nodiscard]] LeakScope {
 public:
  /// Opens the scope.
  LeakScope();
  /// Ends the scope. If Check() was not called, the scope is not checked, and everything that was
  /// started in it belongs to the scope around it.
  ~LeakScope();
  LeakScope(const LeakScope&) = delete;
  LeakScope& operator=(const LeakScope&) = delete;

  /// Ends the scope and checks it, as CheckScopeSince (taskleak/test_run.h) does; `scope` names it.
  /// Returns the text with which the framework must fail, or nothing. Throws std::invalid_argument
  /// as CheckScopeSince does.
  [[nodiscard]] std::optional<std::string> Check(std::string_view scope,
                                                 const Options& options = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskleak
#pragma GCC visibility pop

#endif  // TASKLEAK_LEAK_SCOPE_H_
