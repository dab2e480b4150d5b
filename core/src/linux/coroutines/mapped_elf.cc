// This code runs in any thread of the program, whatever locks the thread holds
// (registry/ramp_sites.h).
#include "linux/coroutines/mapped_elf.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>

#include "linux/arch/raw_call.h"
#include "linux/arch/registers.h"
#include "linux/coroutines/page_vector.h"

namespace taskleak::platform {
namespace {

// Returns the size of a regular file; 0 if there is none.
std::size_t SizeOf(long file) {
  struct stat about {};
  if (RawCall(SYS_fstat, file, reinterpret_cast<long>(&about)) != 0 || !S_ISREG(about.st_mode))
    return 0;
  return static_cast<std::size_t>(about.st_size);
}

// Returns true if a system call failed because a resource is used up, which may be free later.
bool LacksResources(long result) {
  return result == -EMFILE || result == -ENFILE || result == -ENOMEM;
}

}  // namespace

MappedElf::MappedElf(const char* path) {
  const long file =
      RawCall(SYS_openat, AT_FDCWD, reinterpret_cast<long>(path), O_RDONLY | O_CLOEXEC);
  lacked_resources_ = LacksResources(file);
  if (file < 0) return;
  size_ = SizeOf(file);
  if (size_ >= sizeof(Elf64_Ehdr)) {
    const long mapped =
        RawCall(SYS_mmap, 0, static_cast<long>(size_), PROT_READ, MAP_PRIVATE, file, 0);
    lacked_resources_ = LacksResources(mapped);
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    if (mapped > 0) data_ = reinterpret_cast<const std::byte*>(mapped);
  }
  RawCall(SYS_close, file);
  if (data_ == nullptr) return;
  const auto* const header = reinterpret_cast<const Elf64_Ehdr*>(data_);
  const std::string_view magic(reinterpret_cast<const char*>(header->e_ident), SELFMAG);
  if (magic == ELFMAG && header->e_ident[EI_CLASS] == ELFCLASS64 &&
      header->e_machine == kElfMachine)
    header_ = header;
}

MappedElf::~MappedElf() { UnmapPages(data_, size_); }

template <typename T>
std::span<const T> MappedElf::Part(std::uint64_t offset, std::uint64_t size) const {
  if (offset > size_ || size > size_ - offset || offset % alignof(T) != 0) return {};
  return {reinterpret_cast<const T*>(data_ + offset), size / sizeof(T)};
}

std::span<const Elf64_Phdr> MappedElf::segments() const {
  return Part<Elf64_Phdr>(header_->e_phoff, header_->e_phnum * sizeof(Elf64_Phdr));
}

std::string_view MappedElf::ContentOf(const Elf64_Phdr& segment) const {
  const auto content = Part<char>(segment.p_offset, segment.p_filesz);
  return {content.data(), content.size()};
}

std::span<const Elf64_Shdr> MappedElf::Sections() const {
  return Part<Elf64_Shdr>(header_->e_shoff, header_->e_shnum * sizeof(Elf64_Shdr));
}

const Elf64_Shdr* MappedElf::SymbolSection() const {
  for (const Elf64_Shdr& section : Sections()) {
    if (section.sh_type == SHT_SYMTAB) return &section;
  }
  return nullptr;
}

std::span<const Elf64_Sym> MappedElf::symbols() const {
  const Elf64_Shdr* const section = SymbolSection();
  if (section == nullptr) return {};
  return Part<Elf64_Sym>(section->sh_offset, section->sh_size);
}

std::string_view MappedElf::names() const {
  const Elf64_Shdr* const section = SymbolSection();
  const auto sections = Sections();
  if (section == nullptr || section->sh_link >= sections.size()) return {};
  const Elf64_Shdr& names = sections[section->sh_link];
  const auto text = Part<char>(names.sh_offset, names.sh_size);
  if (text.empty() || text.back() != '\0') return {};
  return {text.data(), text.size()};
}

}  // namespace taskleak::platform
