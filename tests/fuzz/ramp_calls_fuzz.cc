// Any bytes as the file of a program. It is loaded, too, unless its segments lie outside: then the
// calls that create coroutines are found, in its code.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "linux/coroutines/loaded_module.h"
#include "linux/coroutines/mapped_elf.h"
#include "linux/coroutines/ramp_calls.h"
#include "linux/modules/program_headers.h"

namespace {

using namespace taskleak::platform;  // NOLINT(google-build-using-namespace)

// A file with that content, in memory.
class File {
 public:
  explicit File(std::string_view content) : file_(memfd_create("program", MFD_CLOEXEC)) {
    if (file_ < 0 ||
        write(file_, content.data(), content.size()) != static_cast<ssize_t>(content.size()))
      std::abort();
  }
  ~File() { close(file_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

// Reads all bytes.
std::size_t Sum(std::string_view bytes) {
  std::size_t sum = 0;
  for (const char byte : bytes) sum += static_cast<unsigned char>(byte);
  return sum;
}

void CheckFile(const char* path) {
  const MappedElf elf(path);
  if (!elf.is_open()) return;
  volatile std::size_t sum = 0;
  for (const Elf64_Phdr& segment : elf.segments()) sum = sum + Sum(elf.ContentOf(segment));
  for (const Elf64_Sym& symbol : elf.symbols()) sum = sum + symbol.st_value;
  if (!elf.names().empty() && elf.names().back() != '\0') std::abort();
}

// True if all of it that is loaded is in `memory`, which has the whole file.
bool CanBeLoaded(const std::vector<std::uint64_t>& memory) {
  const std::size_t size = memory.size() * sizeof memory[0];
  const auto segments = ProgramHeadersAt(reinterpret_cast<std::uintptr_t>(memory.data()));
  return std::ranges::all_of(segments, [size](const Elf64_Phdr& segment) {
    return segment.p_type != PT_LOAD ||
           (segment.p_vaddr <= size && segment.p_filesz <= size - segment.p_vaddr);
  });
}

void CheckCalls(const RampCalls& found, std::uintptr_t begin, std::uintptr_t end) {
  const auto calls = found.calls.values();
  const auto functions = found.functions.values();
  if (!std::ranges::is_sorted(calls) || !std::ranges::is_sorted(functions)) std::abort();
  if (found.symbols != RampCalls::Symbols::kRead && !(calls.empty() && functions.empty()))
    std::abort();
  for (const std::uintptr_t call : calls) {
    if (call < begin || call > end) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kPage = 4096;  // of headers at least
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const File file({reinterpret_cast<const char*>(data), size});
  const std::string path = file.path();
  CheckFile(path.c_str());
  static_cast<void>(HasCoroutines(path.c_str()));
  std::vector<std::uint64_t> memory((std::max(size, kPage) + kWord - 1) / kWord);
  std::copy_n(data, size, reinterpret_cast<std::uint8_t*>(memory.data()));
  if (!CanBeLoaded(memory)) return 0;
  const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
  CheckCalls(FindRampCalls(LoadedModule(begin, begin), path.c_str()), begin,
             begin + memory.size() * kWord);
  return 0;
}
