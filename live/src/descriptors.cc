#include "descriptors.h"

#include <filesystem>
#include <system_error>

namespace taskleak::live {

std::map<std::string, std::size_t> CountDescriptors() {
  std::map<std::string, std::size_t> counts;
  std::error_code unlisted;
  std::filesystem::directory_iterator entry("/proc/self/fd", unlisted);
  for (; entry != std::filesystem::directory_iterator(); entry.increment(unlisted)) {
    std::error_code error;
    std::string target = std::filesystem::read_symlink(entry->path(), error).string();
    if (error) continue;  // closed meanwhile, such as the descriptor that lists them
    // "socket:[4711]" and "pipe:[4711]" name their inode (proc_pid_fd(5)).
    const bool numbered = target.starts_with("socket:[") || target.starts_with("pipe:[");
    if (numbered) target.resize(target.find(':'));
    ++counts[target];
  }
  if (unlisted) counts.clear();
  return counts;
}

}  // namespace taskleak::live
