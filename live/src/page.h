// The endpoint's pages.
#ifndef TASKLEAK_LIVE_SRC_PAGE_H_
#define TASKLEAK_LIVE_SRC_PAGE_H_

#include <string>
#include <vector>

#include "history.h"
#include "hour.h"
#include "rows.h"
#include "taskleak/live/capture.h"
#include "taskleak/live/diff.h"

namespace taskleak::live {

/// The common arguments of all pages.
struct PageFrame {
  std::string prefix;    ///< at the beginning of their links
  std::string nonce;     ///< of their scripts
  bool watched = false;  ///< there is a page of the last hour
};

/// Returns the page of everything that is alive. `rows` belong to `capture`.
std::string LivePage(const Capture& capture, const std::vector<Row>& rows,
                     const std::vector<History::Point>& history, const PageFrame& frame);

/// Returns the page of the groups with that signature: all their stacks, and each unit.
std::string GroupPage(const Capture& capture, const std::vector<Row>& rows,
                      const std::string& signature, const PageFrame& frame);

/// Returns the page of the last hour: the counts of each creator and state, and when each began to
/// grow. `alarm` says why the page was saved; it is empty if the page shows the present.
/// `frame.prefix` is empty if there are no other pages to link to.
std::string HourPage(const HourTable& hour, const std::string& alarm, const PageFrame& frame);

/// Returns the same as JSON (docs/live.md).
std::string HourJson(const HourTable& hour);

/// Returns the page of what changed.
std::string DiffPage(const Diff& diff, const PageFrame& frame);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_PAGE_H_
