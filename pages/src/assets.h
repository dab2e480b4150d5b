// The files of pages/, which CMake embeds into the code.
#ifndef TASKLEAK_PAGES_ASSETS_H_
#define TASKLEAK_PAGES_ASSETS_H_

#include <string_view>

namespace taskleak::pages {

extern const std::string_view kTemplate;  ///< with @MARKS@ at the places of the other parts
extern const std::string_view kStyle;
extern const std::string_view kBlocks;  ///< the common parts of the scripts of the pages
extern const std::string_view kReportScript;
extern const std::string_view kLiveScript;
extern const std::string_view kFleetScript;
extern const std::string_view kHourScript;

}  // namespace taskleak::pages

#endif  // TASKLEAK_PAGES_ASSETS_H_
