// Records which code creates child processes. For taskleak::hooks.
//
// These functions run in the program's threads, under the conditions that
// taskleak/internal/thread_birth.h states. They take no lock at all.
#ifndef TASKLEAK_INTERNAL_CHILD_BIRTH_H_
#define TASKLEAK_INTERNAL_CHILD_BIRTH_H_

// Has the same purpose as in taskleak/internal/thread_birth.h.
#if defined(__has_attribute) && __has_attribute(noplt)
#define TASKLEAK_BOUND_EARLY __attribute__((noplt))
#else
#define TASKLEAK_BOUND_EARLY
#endif

#pragma GCC visibility push(default)  // what a shared taskleak exports

namespace taskleak::internal {

/// Records one child process.
class ChildBirth;

/// Records the calling code as the creator of a process. Call it before the process exists. Returns
/// null if child processes are not recorded. Async-signal-safe, like the others. Keeps errno.
TASKLEAK_BOUND_EARLY ChildBirth* BeginChild();

/// Notes the number of the process, in its parent; forgets the record if `child` is not positive.
/// `birth` may be null. Keeps errno.
TASKLEAK_BOUND_EARLY void FinishChild(ChildBirth* birth, int child);

/// Returns the youngest child process that the calling thread created; 0 if that cannot be read.
/// For functions that do not return a number, such as popen(3). Keeps errno.
TASKLEAK_BOUND_EARLY int YoungestChild();

}  // namespace taskleak::internal

#pragma GCC visibility pop

#undef TASKLEAK_BOUND_EARLY

#endif  // TASKLEAK_INTERNAL_CHILD_BIRTH_H_
