// One self-contained HTML file: template, style sheet, scripts and data put together.
#ifndef TASKLEAK_PAGES_PAGE_DOCUMENT_H_
#define TASKLEAK_PAGES_PAGE_DOCUMENT_H_

#include <nlohmann/json.hpp>
#include <string>

namespace taskleak::pages {

using Json = nlohmann::ordered_json;

/// The script that draws the page.
enum class PageKind { kReport, kLive, kFleet, kHour };

struct PageOptions {
  PageKind kind = PageKind::kReport;
  std::string title;
  std::string nonce;  ///< of the script elements, for a Content-Security-Policy; may be empty
};

/// Returns the whole document. No text in `data` can end the element around it. Bytes that are not
/// UTF-8 become U+FFFD.
std::string PageDocument(const PageOptions& options, const Json& data);

}  // namespace taskleak::pages

#endif  // TASKLEAK_PAGES_PAGE_DOCUMENT_H_
