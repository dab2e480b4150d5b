// Text in XML.
#ifndef TASKLEAK_CLI_XML_H_
#define TASKLEAK_CLI_XML_H_

#include <string>
#include <string_view>

namespace taskleak::cli {

/// `text` as it stands in an element or in a quoted attribute. Characters that XML 1.0 cannot hold
/// are written as "\x1b", bytes that are no UTF-8 too.
std::string EscapeXml(std::string_view text);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_XML_H_
