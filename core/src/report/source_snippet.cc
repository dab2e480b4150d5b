#include "report/source_snippet.h"

#include <algorithm>

// Only the reader of source files is used, so no backend is needed.
#define BACKWARD_HAS_BACKTRACE_SYMBOL 1
#include <fmt/format.h>
#include <backward.hpp>

#include "symbolize/source_path.h"

namespace taskleak::report {

std::vector<std::string> SourceSnippet(const std::string& file, int line) {
  if (file.empty() || line <= 0) return {};
  constexpr int kContext = 5;
  backward::SnippetFactory factory;
  const auto first = static_cast<unsigned>(std::max(line, kContext / 2 + 1));
  std::vector<std::string> result;
  for (auto& [number, text] :
       factory.get_snippet(symbolize::FullSourcePath(file), first, kContext)) {
    std::replace(text.begin(), text.end(), '\t', ' ');
    if (text.ends_with('\r')) text.pop_back();
    result.push_back(fmt::format("{} {:>5} | {}", number == static_cast<unsigned>(line) ? '>' : ' ',
                                 number, text));
  }
  return result;
}

}  // namespace taskleak::report
