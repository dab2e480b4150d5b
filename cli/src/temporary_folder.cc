#include "temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace taskleak::cli {

TemporaryFolder::TemporaryFolder()
    : path_((std::filesystem::temp_directory_path() / "taskleak-XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) {
    throw std::runtime_error("cannot make a temporary folder " + path_ + ": " +
                             std::generic_category().message(errno));
  }
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace taskleak::cli
