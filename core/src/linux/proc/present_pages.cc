#include "linux/proc/present_pages.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "linux/proc/memory.h"
#include "linux/proc/subject.h"

namespace taskleak::platform {
namespace {

constexpr std::size_t kAtOnce = 8192;

// Bits 63 and 62 of an entry: present, or swapped out (Linux, Documentation/admin-guide/mm/
// pagemap.rst).
bool IsPresent(std::uint64_t entry) { return entry >> 62 != 0; }

int OpenPagemap() {
  const std::string path = std::string(SubjectThreadFolder()) + "pagemap";
  return open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

}  // namespace

PresentPages::PresentPages() : fd_(OpenPagemap()) {}

PresentPages::~PresentPages() {
  if (fd_ >= 0) close(fd_);
}

bool PresentPages::Read(std::uintptr_t begin, std::size_t pages) {
  entries_.resize(pages);
  const std::size_t size = pages * sizeof(std::uint64_t);
  const auto offset = static_cast<off_t>(begin / PageSize() * sizeof(std::uint64_t));
  return pread(fd_, entries_.data(), size, offset) == static_cast<ssize_t>(size);
}

void PresentPages::ForEachRun(std::uintptr_t begin, std::uintptr_t end,
                              const std::function<void(std::uintptr_t, std::uintptr_t)>& visit) {
  std::uintptr_t run = begin;
  std::uintptr_t at = begin;
  while (at < end) {
    const std::size_t pages = std::min({kAtOnce, (end - at) / PageSize(), left_});
    if (pages == 0) break;
    left_ -= pages;
    if (!Read(at, pages)) return visit(run, end);
    for (std::size_t i = 0; i < pages; ++i, at += PageSize()) {
      if (IsPresent(entries_[i])) continue;
      if (run < at) visit(run, at);
      run = at + PageSize();
    }
  }
  if (run < at) visit(run, at);
}

}  // namespace taskleak::platform
