// Any bytes as a core file: it is refused, or all of it can be read and agrees with itself.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <variant>

#include "linux/arch/registers.h"
#include "linux/corefile/core_image.h"
#include "taskleak/internal/mappings.h"

namespace {

using namespace taskleak::platform;  // NOLINT(google-build-using-namespace)

// A file with that content, in memory.
int FileWith(const std::uint8_t* data, std::size_t size) {
  const int file = memfd_create("core", MFD_CLOEXEC);
  if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  return file;
}

void Check(const CoreImage& image) {
  std::array<char, 512> bytes;
  int last = 0;
  for (const ImageThread& thread : image.threads()) {
    if (thread.tid <= last || image.Find(thread.tid) != &thread) std::abort();
    last = thread.tid;
    if (image.ReadMemory(thread.registers[kStackPointer], bytes.data(), bytes.size()) >
        bytes.size())
      std::abort();
  }
  for (const CoreSegment& segment : image.core().segments()) {
    if (segment.begin >= segment.end || segment.available > segment.saved) std::abort();
    static_cast<void>(image.ReadMemory(segment.begin, bytes.data(), bytes.size()));
  }
  for (const taskleak::internal::Mapping& mapping : taskleak::internal::ParseMaps(image.maps())) {
    if (mapping.begin >= mapping.end) std::abort();
    if (mapping.path.starts_with('/')) static_cast<void>(image.PathOf(mapping.path));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto opened = CoreFile::Open(FileWith(data, size));
  if (std::holds_alternative<UnreadableCore>(opened)) return 0;
  // No file of this machine is opened.
  Check(CoreImage(std::move(std::get<std::unique_ptr<CoreFile>>(opened)),
                  {.program = {}, .sysroot = "/none", .debug_dirs = {}}));
  return 0;
}
