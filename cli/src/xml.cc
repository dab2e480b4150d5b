#include "xml.h"

#include "report/wording.h"

namespace taskleak::cli {

std::string EscapeXml(std::string_view text) {
  std::string result;
  for (const char c : report::Printable(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
        result += "&#10;";
        break;
      default:
        result += c;
    }
  }
  // U+FFFE and U+FFFF are characters in UTF-8, but not in XML.
  for (const std::string_view none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = 0; (at = result.find(none, at)) != std::string::npos;)
      result.replace(at, none.size(), none.back() == '\xBE' ? "\\ufffe" : "\\uffff");
  }
  return result;
}

}  // namespace taskleak::cli
