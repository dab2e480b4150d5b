// The values of a leak report: frames, stacks, units, groups. They know nothing of how they were
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

namespace taskleak {

/// What kind of thing is alive.
enum class UnitKind {
  kThread,          ///< an OS thread that runs or is blocked
  kUnjoinedThread,  ///< a joinable thread that ended and was neither joined nor detached
  kTask,            ///< a user-space task: coroutine, fiber, pool job
};

/// What a unit is doing or waiting for, as far as the kernel and its stack tell.
enum class WaitState {
  kMutex,       ///< a mutex
  kRwlock,      ///< a read-write lock
  kCondvar,     ///< a condition variable
  kJoin,        ///< the end of a thread
  kSemaphore,   ///< a semaphore
  kFuture,      ///< a std::future
  kAtomicWait,  ///< std::atomic::wait
  kFutex,       ///< a futex of which nothing else is known
  kSleep,       ///< a time
  kPoll,        ///< descriptors, by poll(2)
  kEpoll,       ///< descriptors, by epoll_wait(2)
  kSelect,      ///< descriptors, by select(2)
  kRead,        ///< something to read
  kWrite,       ///< room to write to
  kAccept,      ///< a connection to accept
  kConnect,     ///< that its connection is established
  kRecv,        ///< a message
  kSend,        ///< that a message can be sent
  kWaitChild,   ///< the end of a child process
  kSignalWait,  ///< a signal
  kRunning,     ///< nothing: it runs, or could
  kOther,       ///< none of these; of a coroutine: it has finished
  kSuspended,   ///< tasks only: that somebody goes on with it
  kQueued,      ///< tasks only: that somebody begins it
  kChannel,     ///< tasks only: a fiber that sends to or receives from a channel
};

/// The name of a value as it stands in the JSON report: "thread", "condvar", ...
[[nodiscard]] std::string_view ToString(UnitKind kind);
/// The same of a state.
[[nodiscard]] std::string_view ToString(WaitState state);

/// One line of a stack, outermost caller last.
///
/// A frame whose function is unknown (a stripped binary) has an empty `function`; `module` and
/// `module_offset` still tell where it is.
struct Frame {
  std::uintptr_t address = 0;  ///< in this process; a return address except in the first frame
  std::string function;        ///< demangled, with parameters; empty when unknown
  std::string file;            ///< source file as the debug information has it; empty when unknown
  int line = 0;                ///< 0 when unknown
  std::string
      module;  ///< file name of the executable or library; empty when the address is in none
  std::uintptr_t module_offset =
      0;                 ///< address as the module's own file has it (what addr2line takes)
  bool inlined = false;  ///< inlined into the next frame, so both share one address
  bool guessed = false;  ///< found by searching the stack, not by unwinding: may be wrong
  bool runtime =
      false;  ///< belongs to libc, the C++ runtime or a sanitizer; folded in text reports
};

/// The frames of one stack, innermost first. Immutable and cheap to copy: copies share the frames.
///
/// Thread-safe as a value (as std::shared_ptr is).
class Stack {
 public:
  /// No frames.
  Stack() = default;
  /// `frames` stand innermost first.
  explicit Stack(std::vector<Frame> frames)
      : frames_(std::make_shared<const std::vector<Frame>>(std::move(frames))) {}

  /// True if there are no frames.
  [[nodiscard]] bool empty() const { return frames_ == nullptr || frames_->empty(); }
  /// The number of frames.
  [[nodiscard]] std::size_t size() const { return frames_ == nullptr ? 0 : frames_->size(); }
  /// A frame; 0 is the innermost. `index` must be less than size().
  [[nodiscard]] const Frame& operator[](std::size_t index) const { return (*frames_)[index]; }
  /// From the innermost frame; valid as long as this stack or a copy of it exists.
  [[nodiscard]] const Frame* begin() const { return empty() ? nullptr : frames_->data(); }
  /// Past the outermost frame.
  [[nodiscard]] const Frame* end() const {
    return empty() ? nullptr : frames_->data() + frames_->size();
  }

 private:
  std::shared_ptr<const std::vector<Frame>> frames_;
};

/// The thread that holds the lock another one waits for, or whose end another one awaits.
struct Holder {
  std::int64_t id = 0;  ///< kernel thread id
  std::string name;     ///< empty when not known
  bool ended = false;   ///< it ended without letting go; then nothing else is known but its name
  WaitState state = WaitState::kOther;  ///< what it does itself
  Stack stack;                          ///< where it is; empty if it could not be read
};

/// One thing that is still alive.
struct Unit {
  UnitKind kind = UnitKind::kThread;  ///< what it is
  std::int64_t id = 0;                ///< kernel thread id, or a task's serial
  std::string name;                   ///< thread or task name
  std::int64_t parent = 0;  ///< id of the task that created this task; 0 when there is none
  WaitState state = WaitState::kOther;  ///< what it does or waits for
  std::string detail;  ///< what exactly it waits for: "descriptor 5, listening TCP 127.0.0.1:8080";
                       ///< may be empty
  std::uintptr_t waits_at = 0;    ///< address of the lock, condition variable or semaphore that it
                                  ///< waits for; 0 when it waits for no such thing
  std::optional<Holder> held_by;  ///< who holds that lock, or whom it joins; nothing when not known
  Stack stack;                    ///< where it is; empty if it could not be read
  std::string stack_missing;      ///< why `stack` is empty or incomplete; empty when it is whole
  Stack created_by;               ///< the stack that created it; empty when not known
  std::string origin;             ///< the test it descends from; empty when not known
  std::chrono::milliseconds age{0};  ///< since it was created
};

/// Units of the same kind that the same code created (same creation stack and origin), wherever
/// they stand; where the creator is not known, units with the same stack and wait state.
struct LeakGroup {
  /// Never empty. Those with the same stack and wait state stand side by side, the largest such set
  /// first.
  std::vector<Unit> units;
  std::string signature;  ///< twelve hex digits: the same leak has the same signature in every run
                          ///< and build
  std::string part_of;    ///< of jobs: the signature of the group of threads that run such jobs,
                          ///< behind which this one stands; both are one finding. Empty otherwise
  std::vector<std::string>
      ignore;  ///< rules that would each silence this group: "thread_name:pool-worker"

  bool deadlock =
      false;         ///< a unit of it is one of those that wait in a circle (LeakReport::deadlocks)
  std::string hint;  ///< what helps, where there is evidence for it; one line, may be empty

  /// One of the largest set of units with the same stack and wait state.
  [[nodiscard]] const Unit& first() const { return units.front(); }
};

/// Threads none of which can ever go on.
struct Deadlock {
  /// Why none of them can go on.
  enum class Kind {
    kCycle,       ///< each waits for the next, and the last for the first
    kSelf,        ///< one that waits for a lock it holds, or for its own end
    kOwnerEnded,  ///< all wait for one lock, whose owner ended without unlocking it
  };
  Kind kind = Kind::kCycle;  ///< why none of them can go on
  /// Never empty; those that are no leaks, such as the thread that runs the tests, among them. Each
  /// has `held_by`, and so names both ends of one edge of the wait-for graph.
  std::vector<Unit> units;
};

/// What one look found. Groups are sorted by count (largest first), then by name.
struct LeakReport {
  std::string test;   ///< the test, suite or run that was checked; empty for a bare FindLeaks
  bool hang = false;  ///< true when the test did not return within the hang timeout; then all that
                      ///< is alive is listed
  bool everything = false;  ///< true of FindAlive (taskleak/alive.h): all that is alive is listed,
                            ///< be it a leak or not
  std::chrono::milliseconds waited{0};  ///< how long the drain took
  std::vector<LeakGroup> groups;        ///< what was found
  std::vector<Deadlock> deadlocks;      ///< that units of the groups are in, or wait for
  std::vector<std::string> notes;       ///< what could not be seen, and other remarks
  std::string could_not_look;  ///< why nothing could be looked at; then no groups prove nothing

  /// True if all was looked at and nothing was found.
  [[nodiscard]] bool empty() const { return groups.empty() && could_not_look.empty(); }
  /// The number of threads and tasks in all groups.
  [[nodiscard]] std::size_t unit_count() const;

  /// The report as a person reads it. Without `verbose`, frames of the C++ runtime and libc are
  /// folded and at most 20 groups are printed. Never contains terminal escapes.
  [[nodiscard]] std::string ToText(bool verbose = false) const;
  /// The report as a complete JSON document (docs/report-formats.md). Functions that a terminal
  /// cannot show are escaped.
  [[nodiscard]] std::string ToJson() const;
};

}  // namespace taskleak

#endif  // TASKLEAK_LEAK_H_
