// Captures for repeated looks, which are not kept.
#ifndef TASKLEAK_LIVE_SRC_PASSING_CAPTURE_H_
#define TASKLEAK_LIVE_SRC_PASSING_CAPTURE_H_

#include "taskleak/live/capture.h"

namespace taskleak::live {

/// Does the same as TakeCapture(), for code that looks again and again. The capture is not kept for
/// FindCapture(), so it does not displace others there.
[[nodiscard]] CapturePtr TakePassingCapture();

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_PASSING_CAPTURE_H_
