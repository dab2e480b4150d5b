// The folder in /proc that has a link for each descriptor.
#ifndef TASKLEAK_SRC_LINUX_PROC_VISIT_DESCRIPTORS_H_
#define TASKLEAK_SRC_LINUX_PROC_VISIT_DESCRIPTORS_H_

#include <dirent.h>

#include <cerrno>
#include <optional>
#include <string>

#include "base/result.h"
#include "linux/proc/proc_file.h"

namespace taskleak::platform {

/// Calls `visit(int number, int directory)` for each descriptor in `folder` (/proc/PID/fd), until
/// that returns false; `directory` is open on the folder. Returns why the folder cannot be read to
/// its end, if so.
template <typename Visit>
std::optional<Error> VisitDescriptors(const std::string& folder, Visit visit) {
  DIR* const directory = opendir(folder.c_str());
  if (directory == nullptr) return Error::OfLastCall();
  std::optional<Error> error;
  for (bool more = true; more;) {
    errno = 0;
    const dirent* const entry = readdir(directory);
    if (entry == nullptr) {
      if (errno != 0) error = Error::OfLastCall();
      break;
    }
    const auto number = NumberReader(static_cast<const char*>(entry->d_name)).Next();
    if (number) more = visit(static_cast<int>(*number), dirfd(directory));
  }
  closedir(directory);
  return error;
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_PROC_VISIT_DESCRIPTORS_H_
