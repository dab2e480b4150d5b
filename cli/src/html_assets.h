// The parts of the HTML report in cli/html/, which CMake puts into the program.
#ifndef TASKLEAK_CLI_HTML_ASSETS_H_
#define TASKLEAK_CLI_HTML_ASSETS_H_

#include <string_view>

namespace taskleak::cli {

extern const std::string_view kHtmlPage;  ///< with @STYLE@, @DATA@ and @SCRIPT@ where those go
extern const std::string_view kHtmlStyle;
extern const std::string_view kHtmlScript;

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_HTML_ASSETS_H_
