#include "linux/corefile/elf_identity.h"

#include <gelf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>

#include "linux/arch/registers.h"

namespace taskleak::platform {
namespace {

std::string Hexadecimal(std::span<const char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += kDigits[value / 16];
    text += kDigits[value % 16];
  }
  return text;
}

std::string FindBuildId(Elf* elf, const GElf_Phdr& segment) {
  constexpr std::string_view kOwner = "GNU";
  constexpr GElf_Xword kWide = 8;
  Elf_Data* const data =
      elf_getdata_rawchunk(elf, static_cast<std::int64_t>(segment.p_offset), segment.p_filesz,
                           segment.p_align == kWide ? ELF_T_NHDR8 : ELF_T_NHDR);
  if (data == nullptr) return {};
  const auto* const bytes = static_cast<const char*>(data->d_buf);
  GElf_Nhdr note;
  std::size_t name = 0;
  std::size_t text = 0;
  for (std::size_t at = 0; (at = gelf_getnote(data, at, &note, &name, &text)) > 0;) {
    if (note.n_type == NT_GNU_BUILD_ID && note.n_descsz > 0 &&
        std::string_view(bytes + name, strnlen(bytes + name, note.n_namesz)) == kOwner)
      return Hexadecimal({bytes + text, note.n_descsz});
  }
  return {};
}

void AddSegment(Elf* elf, const GElf_Phdr& segment, ElfIdentity& identity) {
  if (segment.p_type == PT_LOAD)
    identity.segments.push_back(
        {segment.p_offset, segment.p_filesz, segment.p_vaddr, (segment.p_flags & PF_X) != 0});
  if (segment.p_type == PT_NOTE && identity.build_id.empty())
    identity.build_id = FindBuildId(elf, segment);
}

}  // namespace

bool ElfIdentity::IsSameBuild(const ElfIdentity& other) const {
  if (!build_id.empty() && !other.build_id.empty()) return build_id == other.build_id;
  return entry == other.entry && segments == other.segments;
}

bool ElfIdentity::IsCode(std::uint64_t offset, std::uint64_t page_size) const {
  // The loader maps whole pages, so a segment may begin below its own offset.
  return std::ranges::any_of(segments, [offset, page_size](const Segment& segment) {
    return segment.executable && offset >= segment.offset / page_size * page_size &&
           offset < segment.offset + segment.size;
  });
}

std::optional<ElfIdentity> IdentityOf(std::span<const char> beginning) {
  std::vector<char> copy(beginning.begin(), beginning.end());
  Elf64_Ehdr header;
  if (copy.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, copy.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_machine != kElfMachine)
    return std::nullopt;
  ElfIdentity identity{.entry = header.e_entry};
  header.e_shoff = 0;  // the sections are at the end of the file, and not loaded
  header.e_shnum = 0;
  header.e_shstrndx = 0;
  std::memcpy(copy.data(), &header, sizeof header);
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_memory(copy.data(), copy.size()), elf_end);
  std::size_t count = 0;
  if (elf == nullptr || elf_getphdrnum(elf.get(), &count) != 0) return identity;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf.get(), static_cast<int>(i), &segment) != nullptr)
      AddSegment(elf.get(), segment, identity);
  }
  return identity;
}

}  // namespace taskleak::platform
