#include "file_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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
                                "\" must not contain '/' and must not begin with '.'");
  if (options.most_files == 0) throw std::invalid_argument("most_files must be at least 1");
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

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes `start` off the front of `text`, if it is there.
bool Take(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

bool TakeWhat(std::string_view& text) {
  return Take(text, "tasks-") || Take(text, "dump-") || Take(text, "watch-");
}

bool TakePid(std::string_view& text) {
  const auto digits = std::ranges::find_if_not(text, IsDigit) - text.begin();
  text.remove_prefix(static_cast<std::size_t>(digits));
  return digits > 0 && Take(text, "-");
}

// Takes a time off the front, as Stem() writes it.
bool TakeTime(std::string_view& text) {
  constexpr std::string_view kShape = "99999999T999999.999Z";  // 9: any digit
  const std::string_view time = text.substr(0, kShape.size());
  const auto fits = [](char c, char shape) { return shape == '9' ? IsDigit(c) : c == shape; };
  if (!std::ranges::equal(time, kShape, fits)) return false;
  text.remove_prefix(kShape.size());
  return true;
}

bool IsSuffix(std::string_view text) {
  constexpr std::array<std::string_view, 6> kSuffixes{".txt",        ".json",      ".pb.gz",
                                                      "-before.txt", "-after.txt", "-hour.html"};
  return std::ranges::find(kSuffixes, text) != kSuffixes.end();
}

// Returns true if a service of this name could have written the file. Files with a similar name are
// left alone: those of users, and those of a service whose name begins with this one.
bool IsOurs(std::string_view file, std::string_view name) {
  return Take(file, name) && Take(file, "-") && TakeWhat(file) && TakePid(file) && TakeTime(file) &&
         IsSuffix(file);
}

// Opens the folder again, so that the position is not shared. Returns null, with errno, on failure.
DIR* OpenAgain(int folder) {
  const int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) return nullptr;
  DIR* const directory = fdopendir(again);
  if (directory == nullptr) {
    const int error = errno;
    close(again);
    errno = error;
  }
  return directory;
}

// Returns null at the end, with errno 0, and on failure.
const dirent* NextEntry(DIR* directory) {
  errno = 0;
  return readdir(directory);
}

// Lists the files that IsOurs() accepts, the oldest first. Returns 0 or errno.
int ListOurs(int folder, const std::string& name, std::vector<Kept>* files) {
  DIR* const directory = OpenAgain(folder);
  if (directory == nullptr) return errno;
  while (const dirent* const entry = NextEntry(directory)) {
    struct stat status {};
    if (!IsOurs(entry->d_name, name) ||
        fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode) || status.st_uid != geteuid())
      continue;
    files->push_back({{status.st_mtim.tv_sec, status.st_mtim.tv_nsec},
                      entry->d_name,
                      static_cast<std::uint64_t>(status.st_size)});
  }
  const int error = errno;
  closedir(directory);
  std::sort(files->begin(), files->end());
  return error;
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
  const std::string name = fmt::format("{}{}", stem, suffix);
  int error = MakeRoom(content.size());
  if (error == 0) {
    internal::WholeFile file(folder_, name);
    file.Append(content);
    error = file.Commit();
  }
  if (error == 0) return {};
  return fmt::format("{}/{}: cannot be written: {}", options_.folder, name, std::strerror(error));
}

// Makes room for one more file of that size. Returns 0, or errno if the files cannot be listed.
int FileStore::MakeRoom(std::uint64_t bytes) {
  std::vector<Kept> files;
  if (const int error = ListOurs(folder_, options_.name, &files); error != 0) return error;
  std::size_t count = files.size() + 1;
  for (const Kept& file : files) bytes += file.bytes;
  for (const Kept& file : files) {
    if (count <= options_.most_files && bytes <= options_.most_bytes) break;
    // Another process may have deleted it.
    if (unlinkat(folder_, file.name.c_str(), 0) == 0 || errno == ENOENT) {
      --count;
      bytes -= file.bytes;
    }
  }
  return 0;
}

}  // namespace taskleak::live
