// The values of a leak report: frames, stacks, units, groups. They do not depend on how they were
// gathered.
#ifndef TASKLEAK_LEAK_H_
#define TASKLEAK_LEAK_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "taskleak/internal/require_cxx17.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak {

/// Names the kinds of things that can be alive.
enum class UnitKind {
  kThread,          ///< an OS thread that runs or is blocked
  kUnjoinedThread,  ///< a joinable thread that ended and was neither joined nor detached
  kTask,            ///< a user-space task: coroutine, fiber, pool job
  kProcess,         ///< a child process that was not waited for, whether it runs or has ended
  kDescriptor,      ///< a file descriptor that was not closed
};

/// Names what a unit does or waits for, as far as the kernel and its stack show it.
enum class WaitState {
  kMutex,       ///< a mutex
  kRwlock,      ///< a read-write lock
  kCondvar,     ///< a condition variable
  kJoin,        ///< the end of a thread
  kSemaphore,   ///< a semaphore
  kFuture,      ///< a std::future
  kAtomicWait,  ///< std::atomic::wait
  kFutex,       ///< a futex with an unknown purpose
  kSleep,       ///< a point in time
  kPoll,        ///< descriptors, by poll(2)
  kEpoll,       ///< descriptors, by epoll_wait(2)
  kSelect,      ///< descriptors, by select(2)
  kRead,        ///< something to read
  kWrite,       ///< room to write
  kAccept,      ///< a connection to accept
  kConnect,     ///< an outgoing connection
  kRecv,        ///< a message
  kSend,        ///< room to send a message
  kWaitChild,   ///< the end of a child process
  kSignalWait,  ///< a signal
  kRunning,     ///< nothing: it runs or is ready to run
  kOther,       ///< none of these; for a coroutine: it has finished
  kSuspended,   ///< tasks only: to be resumed
  kQueued,      ///< tasks only: to be started
  kChannel,     ///< tasks only: a fiber that sends to or receives from a channel
  kAlive,       ///< processes only: to go on or to end
  kStopped,     ///< processes only: a signal or a tracer that lets it go on
  kEnded,       ///< processes only: its parent; the process has ended
  kOpen,        ///< descriptors only: to be closed
  kLost,        ///< tasks only: nothing; what it awaited was destroyed without resuming it
};

/// Returns the name that the JSON report uses: "thread", "task", ... Thread-safe.
[[nodiscard]] std::string_view ToString(UnitKind kind);
/// Returns the name that the JSON report uses: "condvar", "sleep", ... Thread-safe.
[[nodiscard]] std::string_view ToString(WaitState state);

/// Describes one function call on a stack.
///
/// If the function is unknown (a stripped binary), `function` is empty, and `module` and
/// `module_offset` still show the place.
struct Frame {
  std::uintptr_t address = 0;  ///< in this process; a return address, except in the first frame
  std::string function;        ///< demangled, with parameters; empty when unknown
  std::string file;  ///< source file as the debug information names it; empty when unknown
  int line = 0;      ///< 0 when unknown
  std::string
      module;  ///< file name of the executable or library; empty if the address is in neither
  std::uintptr_t module_offset =
      0;                 ///< address within the module's file (the one that addr2line takes)
  bool inlined = false;  ///< inlined into the next frame; both have the same address
  bool guessed = false;  ///< found by searching the stack instead of unwinding; may be wrong
  bool runtime = false;  ///< part of libc, the C++ runtime or a sanitizer; folded in text reports
};

/// Holds the frames of one stack, innermost first. Immutable and cheap to copy: copies share the
/// frames. As thread-safe as a std::shared_ptr.
class Stack {
 public:
  /// Makes a stack without frames.
  Stack() = default;
  /// Makes a stack of `frames`, innermost first.
  explicit Stack(std::vector<Frame> frames)
      : frames_(std::make_shared<const std::vector<Frame>>(std::move(frames))) {}

  /// Returns whether there are no frames.
  [[nodiscard]] bool empty() const { return frames_ == nullptr || frames_->empty(); }
  /// Returns the number of frames.
  [[nodiscard]] std::size_t size() const { return frames_ == nullptr ? 0 : frames_->size(); }
  /// Returns a frame; 0 is the innermost. `index` must be less than size().
  [[nodiscard]] const Frame& operator[](std::size_t index) const { return (*frames_)[index]; }
  /// Returns the innermost frame; valid as long as this stack or a copy of it exists.
  [[nodiscard]] const Frame* begin() const { return empty() ? nullptr : frames_->data(); }
  /// Returns the end, behind the outermost frame.
  [[nodiscard]] const Frame* end() const {
    return empty() ? nullptr : frames_->data() + frames_->size();
  }

 private:
  std::shared_ptr<const std::vector<Frame>> frames_;
};

/// Describes a thread that another thread waits for: it holds the lock that the other needs, or the
/// other joins it.
struct Holder {
  std::int64_t id = 0;  ///< kernel thread id
  std::string name;     ///< empty when unknown
  bool ended = false;   ///< it ended and still holds the lock; then only its name is known
  WaitState state = WaitState::kOther;  ///< what it does or waits for itself
  Stack stack;                          ///< where it is; empty if it could not be read
  bool queued = false;  ///< it does not hold the lock yet: it waits to write, and readers that come
                        ///< later wait behind it
};

/// Describes one thread, task, child process or descriptor that is still there.
struct Unit {
  UnitKind kind = UnitKind::kThread;    ///< what it is
  std::int64_t id = 0;                  ///< kernel thread id, serial of the task, process id, or
                                        ///< number of the descriptor
  std::string name;                     ///< thread or task name, or that of the process; of a
                                        ///< descriptor, what it is open on: "socket:[4711]"
  std::string command;                  ///< processes only: the command line; empty if it has ended
  std::int64_t parent = 0;              ///< id of the task that created this task; 0 if none
  WaitState state = WaitState::kOther;  ///< what it does or waits for
  std::string detail;           ///< what exactly it waits for, such as "descriptor 5, listening TCP
                                ///< 127.0.0.1:8080", or what a descriptor is; may be empty
  std::uintptr_t waits_at = 0;  ///< address of the lock, condition variable or semaphore that it
                                ///< waits for; 0 if it waits for something else
  std::optional<Holder> held_by;  ///< the thread that holds that lock or that it joins, if known
  Stack stack;                    ///< where it is; empty if it could not be read
  std::string stack_missing;      ///< why `stack` is empty or incomplete; empty if it is complete
  Stack created_by;               ///< the stack that created it; empty when unknown
  std::string origin;             ///< the test it descends from; empty when unknown
  std::chrono::milliseconds age{0};  ///< time since it was created
};

/// Holds units of one kind that the same code created (same creation stack and origin), wherever
/// they are now. If the creator is unknown, holds units with the same stack and wait state.
struct LeakGroup {
  /// The units; never empty. Units with the same stack and wait state are next to each other, the
  /// largest such set first.
  std::vector<Unit> units;
  std::string signature;  ///< twelve hex digits; the same leak has the same signature in every run
                          ///< and build
  std::string former_signature;  ///< the signature that versions before 0.3 gave this leak, if it
                                 ///< differs; rules and baselines with it still match
  std::string part_of;  ///< for a pool's jobs: the signature of the group of its threads, which
                        ///< stands before this group; both are one finding. Otherwise empty
  std::vector<std::string>
      ignore;  ///< rules, each of which silences this group: "thread_name:pool-worker"

  bool deadlock = false;  ///< one of the units is in a deadlock (LeakReport::deadlocks)
  std::string hint;       ///< how to fix it, where there is evidence; one line, may be empty

  /// Returns a unit of the largest set with the same stack and wait state.
  [[nodiscard]] const Unit& first() const { return units.front(); }
};

/// Holds threads, or tasks, none of which can ever continue.
struct Deadlock {
  /// Names the reason why none of them can continue.
  enum class Kind {
    kCycle,       ///< each waits for the next, and the last for the first
    kSelf,        ///< a thread waits for a lock that it holds, or for its own end
    kOwnerEnded,  ///< all wait for one lock, and its owner ended without unlocking it
  };
  Kind kind = Kind::kCycle;  ///< why none of them can continue
  /// The threads or tasks; never empty. Includes threads that are not leaks, such as the thread
  /// that runs the tests. Each has `held_by`, so each is one edge of the wait-for graph.
  std::vector<Unit> units;
};

/// Says what a look came to.
enum class Verdict {
  kClean,         ///< nothing is left
  kLeak,          ///< the groups are left
  kHang,          ///< the test did not return within the hang timeout, or never will; the groups
                  ///< are all that is alive
  kAlive,         ///< nothing was judged; the groups are all that is alive (taskleak/alive.h)
  kCouldNotLook,  ///< the look failed; LeakReport::could_not_look says why
};

/// Returns the name that the JSON report uses: "leak", "could_not_look", ... Thread-safe.
[[nodiscard]] std::string_view ToString(Verdict verdict);

/// Names the reason why waiting any longer was pointless.
enum class Standstill {
  kNone,       ///< nothing: the time was up, or nothing was waited for
  kAllAsleep,  ///< every thread but the one that looked was waiting for another to wake it, and
               ///< nothing outside of the process could
  kDeadlock,   ///< the thread that ran the test was in a deadlock, or waited for one that was
};

/// Returns the name that the JSON report uses: "none", "all_asleep" or "deadlock". Thread-safe.
[[nodiscard]] std::string_view ToString(Standstill standstill);

/// Holds what one check found. Groups are sorted by count (largest first), then by name.
struct LeakReport {
  Verdict verdict = Verdict::kClean;  ///< what the look came to
  std::string test;         ///< the test, suite or run that was checked; empty for a bare FindLeaks
  bool hang = false;        ///< deprecated: true if `verdict` is kHang
  std::string phase;        ///< what did not return, if that is not a test's body, such as
                            ///< "TearDownTestSuite"; else empty
  bool everything = false;  ///< deprecated: true if `verdict` is kAlive
  std::chrono::milliseconds waited{0};        ///< how long the drain took
  Standstill standstill = Standstill::kNone;  ///< why waiting ended before its time
  std::vector<LeakGroup> groups;              ///< what was found
  std::vector<Deadlock> deadlocks;            ///< those that units of the groups are in or wait for
  std::vector<std::string> notes;             ///< what could not be seen, and other remarks
  std::string could_not_look;  ///< why the check failed; then an empty `groups` proves nothing

  /// Returns whether the check worked and found nothing.
  [[nodiscard]] bool empty() const { return groups.empty() && could_not_look.empty(); }
  /// Returns the number of threads, tasks, processes and descriptors in all groups.
  [[nodiscard]] std::size_t unit_count() const;

  /// Returns the report as text for people. Without `verbose`, folds frames of the C++ runtime and
  /// libc and prints at most 20 groups. The text contains no terminal escapes.
  [[nodiscard]] std::string ToText(bool verbose = false) const;
  /// Returns the report as a complete JSON document (docs/report-formats.md).
  [[nodiscard]] std::string ToJson() const;
};

}  // namespace taskleak
#pragma GCC visibility pop

#endif  // TASKLEAK_LEAK_H_
