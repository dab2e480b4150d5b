// Keeps what is known of each thread that the hooks saw created (taskleak/internal/thread_birth.h).
#ifndef TASKLEAK_SRC_REGISTRY_THREAD_BIRTH_H_
#define TASKLEAK_SRC_REGISTRY_THREAD_BIRTH_H_

#include <pthread.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "linux/proc/stack_bounds.h"
#include "registry/origin.h"
#include "taskleak/internal/thread_birth.h"

namespace taskleak::registry {

/// Describes one thread: the code that created it, and whether it must still be joined.
struct ThreadRecord {
  static constexpr std::size_t kMostFrames = 32;
  static constexpr std::size_t kMostDetachFrames = 12;
  using Clock = std::chrono::steady_clock;

  std::uint64_t serial = 0;  ///< never used again; later births have greater ones
  pthread_t handle = 0;
  int tid = 0;                  ///< 0 until it is known
  std::uintptr_t routine = 0;   ///< its start routine
  std::uintptr_t argument = 0;  ///< of the start routine
  int creator_tid = 0;
  Origin origin = 0;  ///< of what its creator created then; marked once the thread is background
  bool detached = false;
  bool over = false;     ///< its start routine has returned, or the thread was ended in it
  bool gone = false;     ///< over, and the kernel has no such thread any more; of joinable ones
  bool adopted = false;  ///< not to be reported, or reported already
  std::array<char, 16> name{};  ///< as it was when the thread was over
  Clock::time_point born{};
  Clock::time_point end{};              ///< when it was over
  platform::StackBounds given_stack{};  ///< from its attributes; empty if libc made it
  std::size_t least_stack = 0;          ///< least size of a stack that libc made; 0: not known
  std::uint32_t depth = 0;              ///< how many entries of created_by are used
  std::array<std::uintptr_t, kMostFrames> created_by{};  ///< return addresses, innermost first
  std::uint32_t detach_depth =
      0;  ///< the same for the detaching code; 0 if it was created detached
  std::array<std::uintptr_t, kMostDetachFrames> detached_by{};
};

/// Turns the recording of births on or off (it is on from the start). Thread-safe, like all that
/// follows.
void SetRecording(bool on);
/// Returns whether births by the calling thread are recorded.
bool RecordsBirths();

/// Keeps threads that its thread creates from being recorded, as long as it exists. For taskleak's
/// own threads.
class UnrecordedBirths {
 public:
  UnrecordedBirths();
  ~UnrecordedBirths();
  UnrecordedBirths(const UnrecordedBirths&) = delete;
  UnrecordedBirths& operator=(const UnrecordedBirths&) = delete;
};

/// Returns the least serial that later births can have.
std::uint64_t NextSerial();

/// Returns the threads that exist now, also those that have not run yet and those in destructors of
/// thread-specific data. Their names are not known.
std::vector<ThreadRecord> RunningRecords();
/// Returns the running threads with a known id, by id.
std::unordered_map<int, ThreadRecord> RunningThreads();

/// Returns whether the id of any thread that was created through the hooks is not known yet: each
/// thread makes its own known when it first runs.
bool HasPendingBirths();
/// Waits until there are no such threads, at most `most`.
void AwaitPendingBirths(std::chrono::milliseconds most);

/// Returns the stack of a thread that was created through the hooks, by its id. For
/// platform::LookAtThread.
std::optional<platform::StackBounds> FindStack(int tid);

/// Counts threads that were created through the hooks, and those of them that have ended (or could
/// not be created). Neither count ever falls.
struct ThreadTotals {
  std::uint64_t born = 0;
  std::uint64_t ended = 0;
};
ThreadTotals CountThreadsEver();

/// Returns how many threads were created without a record, since there was no memory for one.
std::uint64_t CountUnrecorded();

/// Returns how many joinable threads have ended and were neither joined nor detached. Costs two
/// reads as long as no thread is about to end.
std::size_t CountUnjoined();
/// Returns those of them with serials from `first` on that were not adopted.
std::vector<ThreadRecord> FindUnjoined(std::uint64_t first);
/// Adopts the births for which `which` returns true: FindUnjoined leaves them out, and what they
/// create from now on is background, except for what the calling thread creates. Calls `which` with
/// a lock held; it must neither allocate nor lock.
void AdoptBirths(const std::function<bool(const ThreadRecord&)>& which);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_THREAD_BIRTH_H_
