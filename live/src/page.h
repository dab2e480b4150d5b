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

/// What all pages are given.
struct PageFrame {
  std::string prefix;  ///< that their links begin with
  std::string nonce;   ///< of their scripts
};

/// What is alive. `rows` are of `capture`.
std::string LivePage(const Capture& capture, const std::vector<Row>& rows,
                     const std::vector<History::Point>& history, const PageFrame& frame);

/// The groups with that signature: all their stacks, and each unit.
std::string GroupPage(const Capture& capture, const std::vector<Row>& rows,
                      const std::string& signature, const PageFrame& frame);

/// What changed.
std::string DiffPage(const Diff& diff, const PageFrame& frame);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_PAGE_H_
