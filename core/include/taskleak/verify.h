// Looking for leaks, without any test framework.
#ifndef TASKLEAK_VERIFY_H_
#define TASKLEAK_VERIFY_H_

#include <string>

#include "taskleak/leak.h"
#include "taskleak/options.h"
#include "taskleak/snapshot.h"

/// What is alive, and what of it should not be.
namespace taskleak {

/// Returns what is alive now, was not in `before`, is not ignored and was not adopted, after
/// waiting for stragglers.
///
/// Waits at most `options.drain` (up to `options.drain_max` while they make progress); returns at
/// once when nothing is left. Ignored units are never waited for. The calling thread and the main
/// thread are never leaks. Thread-safe. Blocked threads are neither stopped, signalled nor traced;
/// a running one is interrupted once by a signal to copy its stack. TASKLEAK_OPTIONS wins over
/// `options`. Throws std::invalid_argument if an option is bad (a negative duration, an unreadable
/// suppression file).
///
/// Example:
///   const auto before = taskleak::Snapshot::Take();
///   RunTheThing();
///   const auto report = taskleak::FindLeaks(before);
///   if (!report.empty()) std::cerr << report.ToText();
[[nodiscard]] LeakReport FindLeaks(const Snapshot& before, const Options& options = {});

/// Makes all that is alive now background: it is never reported as a leak. For what a program
/// starts once and keeps. Thread-safe.
///
/// Example:
///   StartGlobalLogger();
///   taskleak::AdoptCurrent();
void AdoptCurrent();

/// A scope in which leaks are allowed, with a reason for the reader: what is born while it exists
/// and alive when it ends is adopted.
///
/// Stands for all threads of the process, since a thread does not tell who asked for it. Not
/// copyable; construct and destroy it in one thread; several may nest or overlap.
///
/// Example:
///   taskleak::AllowLeaks allow("the vendor's client keeps a thread per process");
class [[nodiscard]] AllowLeaks {
 public:
  /// `reason` says why, for whoever reads the code; it is not printed.
  explicit AllowLeaks(std::string reason);
  ~AllowLeaks();
  AllowLeaks(const AllowLeaks&) = delete;
  AllowLeaks& operator=(const AllowLeaks&) = delete;

 private:
  std::string reason_;
  Snapshot before_;
};

}  // namespace taskleak

#endif  // TASKLEAK_VERIFY_H_
