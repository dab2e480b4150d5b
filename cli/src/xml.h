// Text in XML.
#ifndef TASKLEAK_CLI_XML_H_
#define TASKLEAK_CLI_XML_H_

#include <string>
#include <string_view>

namespace taskleak::cli {

/// Returns `text` for an element or a quoted attribute. Characters that XML 1.0 cannot hold, and
/// bytes that are not UTF-8, are written in the form "\x1b".
std::string EscapeXml(std::string_view text);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_XML_H_
