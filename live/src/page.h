// The endpoint's page.
#ifndef TASKLEAK_LIVE_SRC_PAGE_H_
#define TASKLEAK_LIVE_SRC_PAGE_H_

#include <string>
#include <vector>

#include "history.h"
#include "taskleak/live/capture.h"

namespace taskleak::live {

/// A complete HTML document without scripts. Its links are relative to `prefix`.
std::string Page(const Capture& capture, const std::vector<History::Point>& history,
                 const std::string& prefix);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_PAGE_H_
