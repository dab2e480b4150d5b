// This code runs in any thread of the program, whatever locks the thread holds
// (registry/ramp_sites.h).
#include "linux/coroutines/mapped_path.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <string_view>

#include "linux/arch/raw_call.h"
#include "linux/coroutines/page_vector.h"
#include "taskleak/internal/mappings.h"

namespace taskleak::platform {

MappedPath::MappedPath(std::uintptr_t begin) : buffer_(static_cast<char*>(MapPages(kBuffer))) {
  if (buffer_ == nullptr) return;
  // This reads the file of a living thread, since the process's own is empty once the first thread
  // has ended.
  const auto name = reinterpret_cast<long>("/proc/thread-self/maps");
  const long file = RawCall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  Search(file, begin);
  RawCall(SYS_close, file);
}

MappedPath::~MappedPath() { UnmapPages(buffer_, kBuffer); }

// Appends what it reads to the beginning of a line that was not read completely.
void MappedPath::Search(long file, std::uintptr_t begin) {
  for (std::size_t rest = 0; rest < kBuffer;) {
    const long read = RawCall(SYS_read, file, reinterpret_cast<long>(buffer_ + rest),
                              static_cast<long>(kBuffer - rest));
    if (read <= 0 || TakeLines(rest + static_cast<std::size_t>(read), begin, &rest)) return;
  }
}

// Returns true if the mapping was found. Otherwise moves the rest of the last line to the front.
bool MappedPath::TakeLines(std::size_t size, std::uintptr_t begin, std::size_t* rest) {
  std::string_view lines(buffer_, size);
  while (lines.find('\n') != std::string_view::npos) {
    const internal::Mapping mapping = internal::ParseMapping(internal::TakeLine(lines));
    if (mapping.begin != begin) continue;
    if (!mapping.path.starts_with('/')) return true;
    path_ = mapping.path.data();
    const auto begin_of_path = static_cast<std::size_t>(mapping.path.data() - buffer_);
    buffer_[begin_of_path + mapping.path.size()] = '\0';  // was the line's end
    return true;
  }
  std::copy(lines.begin(), lines.end(), buffer_);
  *rest = lines.size();
  return false;
}

}  // namespace taskleak::platform
