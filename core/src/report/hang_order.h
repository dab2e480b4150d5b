// Orders the report of a hang by what the reader looks for.
#ifndef TASKLEAK_SRC_REPORT_HANG_ORDER_H_
#define TASKLEAK_SRC_REPORT_HANG_ORDER_H_

#include <cstdint>

#include "taskleak/leak.h"

namespace taskleak::report {

/// Puts the group of the thread that runs the test first, then the group of the thread that it
/// waits for, and so on. The others stay in their order.
void PutWaitersFirst(LeakReport& report, std::int64_t test_thread);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_HANG_ORDER_H_
