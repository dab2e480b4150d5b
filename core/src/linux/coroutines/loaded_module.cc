// This code runs in any thread of the program, whatever locks the thread holds
// (registry/ramp_sites.h).
#include "linux/coroutines/loaded_module.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "linux/modules/program_headers.h"

namespace taskleak::platform {
namespace {

template <typename T>
const T* At(std::uintptr_t address) {
  return reinterpret_cast<const T*>(address);  // NOLINT(performance-no-int-to-ptr)
}

std::uint64_t Hash(std::string_view bytes, std::uint64_t hash) {
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;
  for (; bytes.size() >= sizeof hash; bytes.remove_prefix(sizeof hash)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 32;
  }
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * kFactor;
  return hash;
}

template <typename T>
std::string_view BytesOf(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

// Returns the header without the place of the sections, which is not loaded, and which strip(1)
// changes.
Elf64_Ehdr WithoutSections(Elf64_Ehdr header) {
  header.e_shoff = 0;
  header.e_shnum = 0;
  header.e_shstrndx = 0;
  return header;
}

bool IsSame(const Elf64_Ehdr& a, const Elf64_Ehdr& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

// Returns true for segments in which builds with equal headers differ. These are the same in memory
// as in the file.
bool DistinguishesBuilds(const Elf64_Phdr& segment) {
  return segment.p_type == PT_NOTE || segment.p_type == PT_GNU_EH_FRAME;
}

}  // namespace

LoadedModule::LoadedModule(std::uintptr_t begin, std::uintptr_t bias)
    : begin_(begin), bias_(bias), segments_(ProgramHeadersAt(begin)) {
  if (std::string_view(At<char>(begin), SELFMAG) == ELFMAG) header_ = *At<Elf64_Ehdr>(begin);
}

std::string_view LoadedModule::ContentOf(const Elf64_Phdr& segment) const {
  const bool is_loaded = std::ranges::any_of(segments_, [&segment](const Elf64_Phdr& load) {
    const std::uint64_t offset = segment.p_vaddr - load.p_vaddr;
    return load.p_type == PT_LOAD && (load.p_flags & PF_R) != 0 && offset <= load.p_filesz &&
           segment.p_filesz <= load.p_filesz - offset;
  });
  if (!is_loaded) return {};
  return {At<char>(bias_ + segment.p_vaddr), segment.p_filesz};
}

std::uint64_t LoadedModule::HashOfHeaders() const {
  std::uint64_t hash = Hash(BytesOf(std::span(&header_, 1)), 0);
  hash = Hash(BytesOf(segments_), hash);
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type == PT_NOTE) hash = Hash(ContentOf(segment), hash);
  }
  return hash;
}

std::uint64_t LoadedModule::HashOfFunctions() const {
  std::uint64_t hash = 0;
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type == PT_GNU_EH_FRAME) hash = Hash(ContentOf(segment), hash);
  }
  return hash;
}

bool LoadedModule::IsOf(const MappedElf& file) const {
  if (segments_.empty() || !IsSame(WithoutSections(header_), WithoutSections(file.header())) ||
      BytesOf(segments_) != BytesOf(file.segments()))
    return false;
  return std::ranges::all_of(segments_, [&](const Elf64_Phdr& segment) {
    const std::string_view content = ContentOf(segment);  // empty for notes that are not loaded
    return !DistinguishesBuilds(segment) || content.empty() || content == file.ContentOf(segment);
  });
}

}  // namespace taskleak::platform
