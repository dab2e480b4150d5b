#include "file_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "taskleak/internal/whole_file.h"
#include "wording.h"

namespace taskleak::live {
namespace {

FileOptions Checked(FileOptions options) {
  if (options.name.empty()) options.name = program_invocation_short_name;
  if (options.name.find('/') != std::string::npos || options.name.front() == '.')
    throw std::invalid_argument("the name \"" + options.name +
                                "\" should have no '/' and not begin with '.'");
  if (options.most_files == 0) throw std::invalid_argument("most_files should be at least 1");
  return options;
}

// A file of this object in the folder. The oldest comes first.
struct Kept {
  std::pair<time_t, long> changed;
  std::string name;
  std::uint64_t bytes = 0;

  bool operator<(const Kept& other) const {
    return std::tie(changed, name) < std::tie(other.changed, other.name);
  }
};

// Returns true if this object could have written the file. Other files with a similar name are left
// alone.
bool IsOurs(std::string_view file, const std::string& name) {
  if (!file.starts_with(name + '-')) return false;
  file.remove_prefix(name.size() + 1);
  const bool what =
      file.starts_with("tasks-") || file.starts_with("dump-") || file.starts_with("watch-");
  return what && (file.ends_with(".txt") || file.ends_with(".json") || file.ends_with(".pb.gz") ||
                  file.ends_with(".html"));
}

std::vector<Kept> ListOurs(int folder, const std::string& name) {
  std::vector<Kept> files;
  // Opens the folder again, so that the position is not shared.
  DIR* const directory = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory == nullptr) return files;
  while (const dirent* const entry = readdir(directory)) {
    struct stat status {};
    if (!IsOurs(entry->d_name, name) ||
        fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode) || status.st_uid != geteuid())
      continue;
    files.push_back({{status.st_mtim.tv_sec, status.st_mtim.tv_nsec},
                     entry->d_name,
                     static_cast<std::uint64_t>(status.st_size)});
  }
  closedir(directory);
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

FileStore::FileStore(FileOptions options) : options_(Checked(std::move(options))) {
  folder_ = open(options_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder_ < 0 || faccessat(folder_, ".", W_OK, AT_EACCESS) != 0) {
    const int error = errno;
    if (folder_ >= 0) close(folder_);
    throw std::runtime_error("the folder \"" + options_.folder +
                             "\" cannot be written to: " + std::strerror(error));
  }
}

FileStore::~FileStore() { close(folder_); }

std::string FileStore::Stem(std::string_view what,
                            std::chrono::system_clock::time_point time) const {
  std::string when = TimeText(time);
  std::erase_if(when, [](char c) { return c == '-' || c == ':'; });
  return fmt::format("{}-{}-{}-{}", options_.name, what, getpid(), when);
}

std::string FileStore::Write(const std::string& stem, std::string_view suffix,
                             std::string_view content) {
  MakeRoom(content.size());
  const std::string name = fmt::format("{}{}", stem, suffix);
  internal::WholeFile file(folder_, name);
  file.Append(content);
  const int error = file.Commit();
  if (error == 0) return {};
  return fmt::format("{}/{}: cannot be written: {}", options_.folder, name, std::strerror(error));
}

// Makes room for one more file of that size.
void FileStore::MakeRoom(std::uint64_t bytes) {
  std::vector<Kept> files = ListOurs(folder_, options_.name);
  std::size_t count = files.size() + 1;
  for (const Kept& file : files) bytes += file.bytes;
  for (const Kept& file : files) {
    if (count <= options_.most_files && bytes <= options_.most_bytes) return;
    if (unlinkat(folder_, file.name.c_str(), 0) == 0) {
      --count;
      bytes -= file.bytes;
    }
  }
}

}  // namespace taskleak::live
