#include "symbolize/source_path.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "base/mutex.h"

namespace taskleak::symbolize {
namespace {

struct FullPaths {
  Mutex mutex;
  std::unordered_map<std::string, std::string> by_short TASKLEAK_GUARDED_BY(mutex);
};

FullPaths& TheFullPaths() {
  static FullPaths* const paths = new FullPaths();
  return *paths;
}

// Returns how much of `file` to drop. Both are normal paths, and `directory` has no slash at its
// end. It may be relative: -ffile-prefix-map and -fdebug-compilation-dir make it so.
std::size_t PrefixLength(std::string_view file, std::string_view directory) {
  if (!file.starts_with('/') || file.starts_with("/usr/")) return 0;
  if (!directory.starts_with('/')) return 0;
  while (directory.size() > 1) {
    if (file.starts_with(directory) && file.substr(directory.size()).starts_with('/'))
      return directory.size() + 1;
    directory = directory.substr(0, directory.rfind('/'));
  }
  return 0;
}

}  // namespace

std::string ShortSourcePath(std::string_view file, std::string_view compilation_directory) {
  const std::string full = std::filesystem::path(file).lexically_normal().string();
  std::string directory = std::filesystem::path(compilation_directory).lexically_normal().string();
  if (directory.ends_with('/')) directory.pop_back();
  std::string result = full.substr(PrefixLength(full, directory));
  if (result != full) {
    FullPaths& paths = TheFullPaths();
    const MutexLock lock(paths.mutex);
    paths.by_short.insert_or_assign(result, full);
  }
  return result;
}

std::string FullSourcePath(const std::string& short_path) {
  FullPaths& paths = TheFullPaths();
  const MutexLock lock(paths.mutex);
  const auto found = paths.by_short.find(short_path);
  return found == paths.by_short.end() ? short_path : found->second;
}

bool IsCppLibraryFile(std::string_view file) {
  constexpr std::string_view kFolder = "/c++/";
  const std::size_t include = file.find("/include/");
  const std::size_t folder = include == file.npos ? file.npos : file.find(kFolder, include);
  if (folder == file.npos || folder + kFolder.size() >= file.size()) return false;
  const std::string_view version = file.substr(folder + kFolder.size());
  return version.starts_with("v1/") || (version[0] >= '0' && version[0] <= '9');
}

}  // namespace taskleak::symbolize
