#include "rules/start_folder.h"

#include <filesystem>
#include <system_error>

namespace taskleak::rules {

std::string FromStartFolder(const std::string& path) {
  std::error_code unknown;  // then the path stays relative
  // Never destroyed: the last check comes after static objects are gone.
  static const auto* const folder =
      new std::filesystem::path(std::filesystem::current_path(unknown));
  return (*folder / path).string();
}

}  // namespace taskleak::rules
