// What exactly a blocked thread waits for.
#ifndef TASKLEAK_SRC_CHECK_WAIT_DETAIL_H_
#define TASKLEAK_SRC_CHECK_WAIT_DETAIL_H_

#include <string>

#include "platform/thread_info.h"
#include "taskleak/leak.h"

namespace taskleak::check {

/// In words, for a thread in `state` at `at`: its descriptors with their kind and addresses. Empty
/// where the call tells no more than the state does.
std::string DescribeWait(WaitState state, const platform::BlockedAt& at);

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_WAIT_DETAIL_H_
