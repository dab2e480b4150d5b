// The endpoint's pages.
#ifndef TASKLEAK_LIVE_SRC_PAGE_H_
#define TASKLEAK_LIVE_SRC_PAGE_H_

#include <string>
#include <vector>

#include "history.h"
#include "rows.h"
#include "taskleak/live/capture.h"
#include "taskleak/live/diff.h"

namespace taskleak::live {

/// The common arguments of all pages.
struct PageFrame {
  std::string prefix;  ///< at the beginning of their links
  std::string nonce;   ///< of their scripts
};

/// Returns the page of everything that is alive. `rows` belong to `capture`.
std::string LivePage(const Capture& capture, const std::vector<Row>& rows,
                     const std::vector<History::Point>& history, const PageFrame& frame);

/// Returns the page of the groups with that signature: all their stacks, and each unit.
std::string GroupPage(const Capture& capture, const std::vector<Row>& rows,
                      const std::string& signature, const PageFrame& frame);

/// Returns the page of what changed.
std::string DiffPage(const Diff& diff, const PageFrame& frame);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_PAGE_H_
