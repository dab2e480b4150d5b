#include "linux/proc/memory.h"

#include <sys/auxv.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>

#include "linux/proc/process_image.h"
#include "linux/proc/subject.h"

namespace taskleak::platform {
namespace {

constexpr std::size_t kPagesPerCall = 64;

// Reads the pages of one call; `more` becomes false if nothing behind them can be read. The remote
// side is cut at page boundaries because process_vm_readv(2) promises partial results only between
// elements.
std::size_t ReadPages(std::uintptr_t address, void* buffer, std::size_t size, bool* more) {
  std::array<iovec, kPagesPerCall> remote;
  const std::size_t page = PageSize();
  std::size_t count = 0;
  std::size_t total = 0;
  while (count < remote.size() && total < size) {
    const std::uintptr_t at = address + total;
    const std::size_t length = std::min(size - total, page - at % page);
    remote[count++] = {reinterpret_cast<void*>(at), length};  // NOLINT(performance-no-int-to-ptr)
    total += length;
  }
  // By thread, not by process: the process's own number stands for its first thread, which may have
  // ended.
  const iovec local = {buffer, total};
  const ssize_t n = process_vm_readv(SubjectThread(), &local, 1, remote.data(), count, 0);
  const std::size_t read = n < 0 ? 0 : static_cast<std::size_t>(n);
  *more = read == total;
  return read;
}

}  // namespace

std::size_t PageSize() {
  static const std::size_t size = getauxval(AT_PAGESZ);
  return size;
}

std::size_t ReadMemory(std::uintptr_t address, void* buffer, std::size_t size) {
  if (const ProcessImage* const image = SubjectImage())
    return image->ReadMemory(address, buffer, size);
  std::size_t done = 0;
  for (bool more = true; more && done < size;)
    done += ReadPages(address + done, static_cast<char*>(buffer) + done, size - done, &more);
  return done;
}

}  // namespace taskleak::platform
