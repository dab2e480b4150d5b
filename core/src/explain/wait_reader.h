// Finds out what exactly a blocked thread waits for.
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

/// Returns what another thread holds, if that is certain: a mutex or read-write lock of glibc, or
/// its own end, if it is being joined. The holder is the one that memory shows now.
std::optional<platform::Hold> ReadHold(const Wait& wait, const platform::BlockedAt& at);

/// Returns the address of the condition variable or semaphore that is waited for, or 0 for other
/// waits.
std::uintptr_t WaitsAt(const Wait& wait, const platform::BlockedAt& at);

/// Describes a descriptor of the looked-at process.
DescriptorFacts ReadDescriptor(const platform::Descriptor& descriptor);

/// Finds out what exactly threads wait for. Use it for one look only, since it keeps its findings
/// about pipes. Not thread-safe.
class WaitReader {
 public:
  /// Returns the facts for the thread `tid` in `state` at `at`: its lock, its descriptors, how long
  /// it will still wait, or the call in which it is.
  WaitFacts Read(WaitState state, const platform::BlockedAt& at,
                 const std::optional<platform::Hold>& hold, int tid);

 private:
  DescriptorWait ReadOrWrite(const platform::Descriptor& descriptor, WaitState state);

  std::optional<platform::PipeEnds> pipe_ends_;  // found when first needed
};

}  // namespace taskleak::explain

#endif  // TASKLEAK_SRC_EXPLAIN_WAIT_READER_H_
