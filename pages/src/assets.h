// The files in pages/, which CMake puts into the code.
#ifndef TASKLEAK_PAGES_ASSETS_H_
#define TASKLEAK_PAGES_ASSETS_H_

#include <string_view>

namespace taskleak::pages {

extern const std::string_view kTemplate;  ///< with @MARKS@ where the other parts go
extern const std::string_view kStyle;
extern const std::string_view kBlocks;  ///< what the scripts of the pages are made of
extern const std::string_view kReportScript;
extern const std::string_view kLiveScript;
extern const std::string_view kFleetScript;

}  // namespace taskleak::pages

#endif  // TASKLEAK_PAGES_ASSETS_H_
