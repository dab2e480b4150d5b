// Recognizes threads in transit, which do not run code of the program: they are being born, or are
// ending.
#ifndef TASKLEAK_SRC_ALIVE_TRANSIT_H_
#define TASKLEAK_SRC_ALIVE_TRANSIT_H_

#include <chrono>

#include "alive/straggler.h"
#include "linux/look/stack_reader.h"

namespace taskleak::alive {

/// Returns true for a thread with only libc's code on its stack: it has not yet called its start
/// routine, or has returned from it. On a busy machine the rest may take seconds, since libc unmaps
/// the stacks of detached threads one after the other.
bool IsInTransit(const platform::ThreadLook& look);

/// Returns as soon as no thread among these is in transit, or after `most`; with `stillness`
/// (Options::stillness), also when it is shown that nothing will change.
void AwaitTransit(const Stragglers& stragglers, std::chrono::milliseconds most, bool stillness);

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_TRANSIT_H_
