#include "rules/suppression_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "rules/start_folder.h"

namespace taskleak::rules {

std::vector<SuppressionLine> ParseSuppressions(std::string_view text, const std::string& path) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // which some editors write
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<SuppressionLine> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '#') continue;
    try {
      lines.push_back({ParseSuppression(line), number});
    } catch (const SuppressionError& error) {
      throw std::invalid_argument(
          fmt::format("{}:{}:{}: {}", path, number, error.column(), error.what()));
    }
  }
  return lines;
}

std::vector<SuppressionLine> ReadSuppressions(const std::string& path) {
  errno = 0;
  const std::string whole_path = FromStartFolder(path);
  const std::ifstream file(whole_path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  // The file was not opened, is a directory, or had an error in the middle. An empty file is not an
  // error.
  if (!file.is_open() || (text.fail() && errno != 0) || text.bad()) {
    const std::string why = errno != 0 ? std::strerror(errno) : "it cannot be read";
    const std::string where = whole_path == path ? "" : " (" + whole_path + ")";
    throw std::invalid_argument("suppression file \"" + path + "\"" + where + ": " + why);
  }
  return ParseSuppressions(text.str(), path);
}

}  // namespace taskleak::rules
