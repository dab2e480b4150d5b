#include "check/suppression_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace taskleak::check {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

std::vector<IgnoreRule> ReadSuppressions(const std::string& path) {
  errno = 0;
  std::ifstream file(path);
  std::vector<IgnoreRule> rules;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const std::string_view rule = Trim(line);
    if (rule.empty() || rule.front() == '#') continue;
    try {
      rules.push_back(IgnoreRule::Parse(rule));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(path + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  if (!file.eof()) {  // not opened, a directory, or an error in the middle
    const std::string why = errno != 0 ? std::strerror(errno) : "it cannot be read";
    throw std::invalid_argument("suppression file \"" + path + "\": " + why);
  }
  return rules;
}

}  // namespace taskleak::check
