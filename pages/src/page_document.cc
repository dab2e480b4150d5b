#include "page_document.h"

#include <string_view>

#include "assets.h"

namespace taskleak::pages {
namespace {

std::string_view ScriptOf(PageKind kind) {
  switch (kind) {
    case PageKind::kReport:
      return kReportScript;
    case PageKind::kLive:
      return kLiveScript;
    case PageKind::kFleet:
      return kFleetScript;
    case PageKind::kHour:
      return kHourScript;
  }
  return kReportScript;
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '<')
      escaped += "&lt;";
    else if (c == '&')
      escaped += "&amp;";
    else
      escaped += c;
  }
  return escaped;
}

// Returns JSON in which no text can end the script element around it.
std::string InScript(const Json& data) {
  std::string text;
  for (const char c : data.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

}  // namespace

std::string PageDocument(const PageOptions& options, const Json& data) {
  std::string html;
  std::string_view rest = kTemplate;
  const auto add_until = [&html, &rest](std::string_view mark, std::string_view text) {
    const std::size_t at = rest.find(mark);
    html += rest.substr(0, at);
    html += text;
    rest.remove_prefix(at + mark.size());
  };
  const std::string nonce = options.nonce.empty() ? "" : " nonce=\"" + options.nonce + '"';
  add_until("@TITLE@", Escaped(options.title));
  add_until("@STYLE@", kStyle);
  add_until("@DATA@", InScript(data));
  add_until("@NONCE@", nonce);
  add_until("@BLOCKS@", kBlocks);
  add_until("@SCRIPT@", ScriptOf(options.kind));
  html += rest;
  return html;
}

}  // namespace taskleak::pages
