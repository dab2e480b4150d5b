// What exactly a blocked thread waits for.
#ifndef TASKLEAK_SRC_EXPLAIN_WAIT_READER_H_
#define TASKLEAK_SRC_EXPLAIN_WAIT_READER_H_

#include <cstdint>
#include <optional>

#include "explain/wait_facts.h"
#include "explain/wait_state.h"
#include "linux/look/lock.h"
#include "linux/proc/descriptor.h"
#include "linux/proc/thread_info.h"
#include "taskleak/leak.h"

namespace taskleak::explain {

/// What is held by another thread, where that is sure: glibc's mutexes and read-write locks, and
/// the end of a thread that is joined. Its holder is as memory has it now.
std::optional<platform::Hold> ReadHold(const Wait& wait, const platform::BlockedAt& at);

/// The address of a condition variable or semaphore that is waited for; 0 for all else.
std::uintptr_t WaitsAt(const Wait& wait, const platform::BlockedAt& at);

/// A descriptor of the process that is looked at, and what it is.
DescriptorFacts ReadDescriptor(const platform::Descriptor& descriptor);

/// Finds out what exactly threads wait for. For one look, since it keeps what it found of pipes.
/// Not thread-safe.
class WaitReader {
 public:
  /// For a thread `tid` in `state` at `at`: its lock, its descriptors, how long it will still wait,
  /// or the call in which it is.
  WaitFacts Read(WaitState state, const platform::BlockedAt& at,
                 const std::optional<platform::Hold>& hold, int tid);

 private:
  DescriptorWait ReadOrWrite(const platform::Descriptor& descriptor, WaitState state);

  std::optional<platform::PipeEnds> pipe_ends_;  // found when first needed
};

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_WAIT_READER_H_
