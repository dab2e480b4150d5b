// Finds leaks without a test framework.
#ifndef TASKLEAK_VERIFY_H_
#define TASKLEAK_VERIFY_H_

#include <memory>
#include <string>

#include "taskleak/leak.h"
#include "taskleak/options.h"
#include "taskleak/snapshot.h"

/// Finds threads and tasks that are left behind.
#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

/// Waits for stragglers, then returns what is alive, was not in `before`, is not ignored and was
/// not adopted.
///
/// Waits at most `options.drain`, or `options.drain_max` while stragglers make progress, and
/// returns at once when nothing is left. Does not wait for ignored units. Never reports the calling
/// thread and the main thread. Does not stop, signal or trace blocked threads; stops a running
/// thread for a moment, to copy its stack. TASKLEAK_OPTIONS wins over `options`. Thread-safe.
/// Throws std::invalid_argument if an option is bad (a negative duration, an unreadable suppression
/// file), or if code sets one that has no effect here: on_leak=warn, check, hang_timeout, stale,
/// descriptors, json, color, task_stacks, coroutines, lock_hooks. (In TASKLEAK_OPTIONS, which is
/// for the whole process, they are accepted.)
///
/// Example:
///   const auto before = taskleak::Snapshot::Take();
///   RunTheThing();
///   const auto report = taskleak::FindLeaks(before);
///   if (!report.empty()) std::cerr << report.ToText();
[[nodiscard]] LeakReport FindLeaks(const Snapshot& before, const Options& options = {});

/// Adopts everything that is alive now, and descriptors that are open now: they are never reported
/// as leaks. Use it for things that a program starts once and keeps. Thread-safe.
///
/// Example:
///   StartGlobalLogger();
///   taskleak::AdoptCurrent();
void AdoptCurrent();

/// Allows leaks in a scope: adopts what was started while it existed and is alive when it ends.
///
/// Applies to everything that any thread of the process starts, and to descriptors that were opened
/// while it existed and are open when it ends. Not copyable. Construct and destroy it in one
/// thread. Several may nest or overlap.
///
/// Example:
///   taskleak::AllowLeaks allow("the vendor's client keeps a thread per process");
class [[nodiscard]] AllowLeaks {
 public:
  /// Begins the scope. `reason` explains it to readers of the code. The next report has a note with
  /// the reason and what was adopted; a JSON report has it even if nothing leaked.
  explicit AllowLeaks(std::string reason);
  ~AllowLeaks();
  AllowLeaks(const AllowLeaks&) = delete;
  AllowLeaks& operator=(const AllowLeaks&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskleak
#pragma GCC visibility pop

#endif  // TASKLEAK_VERIFY_H_
