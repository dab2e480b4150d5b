// Looks whose number nobody is told.
#ifndef TASKLEAK_LIVE_SRC_PASSING_CAPTURE_H_
#define TASKLEAK_LIVE_SRC_PASSING_CAPTURE_H_

#include "taskleak/live/capture.h"

namespace taskleak::live {

/// As TakeCapture(), for who looks again and again: the capture is not kept for FindCapture(), so
/// it takes nobody's place there.
[[nodiscard]] CapturePtr TakePassingCapture();

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_PASSING_CAPTURE_H_
