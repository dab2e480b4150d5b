// A program's or library's file, for code that may use neither the allocator nor libelf.
#ifndef TASKLEAK_SRC_LINUX_COROUTINES_MAPPED_ELF_H_
#define TASKLEAK_SRC_LINUX_COROUTINES_MAPPED_ELF_H_

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace taskleak::platform {

/// Maps an ELF file as long as this object lives. Everything that it returns lies in the file;
/// parts that would reach beyond it count as missing.
class MappedElf {
 public:
  explicit MappedElf(const char* path);
  ~MappedElf();
  MappedElf(const MappedElf&) = delete;
  MappedElf& operator=(const MappedElf&) = delete;

  /// Returns false if the file cannot be read or is not one for this processor.
  [[nodiscard]] bool is_open() const { return header_ != nullptr; }
  /// Returns whether there was no descriptor or no memory left to read it.
  [[nodiscard]] bool lacked_resources() const { return lacked_resources_; }
  [[nodiscard]] const Elf64_Ehdr& header() const { return *header_; }
  /// Returns whether it was linked to be loaded where its addresses say (without -pie).
  [[nodiscard]] bool has_fixed_addresses() const { return header_->e_type == ET_EXEC; }
  [[nodiscard]] std::span<const Elf64_Phdr> segments() const;
  /// Returns the file's content for that segment.
  [[nodiscard]] std::string_view ContentOf(const Elf64_Phdr& segment) const;
  /// Returns the symbols of .symtab; empty if the file was stripped.
  [[nodiscard]] std::span<const Elf64_Sym> symbols() const;
  /// Returns the text in which the symbols' names are; it ends with a zero.
  [[nodiscard]] std::string_view names() const;

 private:
  [[nodiscard]] const Elf64_Shdr* SymbolSection() const;
  [[nodiscard]] std::span<const Elf64_Shdr> Sections() const;
  template <typename T>
  [[nodiscard]] std::span<const T> Part(std::uint64_t offset, std::uint64_t size) const;

  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  const Elf64_Ehdr* header_ = nullptr;
  bool lacked_resources_ = false;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COROUTINES_MAPPED_ELF_H_
