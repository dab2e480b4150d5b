// Any bytes as a library: its notes are found, or there are none.
#include <elfutils/libdwfl.h>
#include <gelf.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "linux/modules/notes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskleak::platform;  // NOLINT(google-build-using-namespace)
  elf_version(EV_CURRENT);
  std::string file(reinterpret_cast<const char*>(data), size);
  Elf* const elf = elf_memory(file.data(), file.size());
  if (elf == nullptr) return 0;
  for (const TextNote& note : NotesIn(elf, "taskleak")) {
    if (note.text.find('\0') != std::string::npos) std::abort();
    if (file.find(note.text) == std::string::npos) std::abort();
  }
  elf_end(elf);
  return 0;
}
