// What the notes of a core file have, by their bytes.
#include "linux/corefile/core_notes.h"

#include <elf.h>
#include <libelf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace taskleak::platform {
namespace {

// An ELF file that has nothing but this note of words.
CoreNotes NotesOf(std::string_view owner, std::uint32_t type, std::vector<std::uint64_t> words) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_CORE;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof header;
  Elf64_Nhdr note{};
  note.n_namesz = static_cast<Elf64_Word>(owner.size() + 1);
  note.n_descsz = static_cast<Elf64_Word>(words.size() * sizeof(std::uint64_t));
  note.n_type = type;
  std::string name(owner);
  name.resize((owner.size() + 4) / 4 * 4);
  std::string file(reinterpret_cast<const char*>(&header), sizeof header);
  file.append(reinterpret_cast<const char*>(&note), sizeof note);
  file.append(name);
  file.append(reinterpret_cast<const char*>(words.data()), note.n_descsz);
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_memory(file.data(), file.size()), elf_end);
  CoreNotes notes;
  ReadCoreNotes(elf.get(), sizeof header, file.size() - sizeof header, notes);
  return notes;
}

TEST(CoreNotesTest, TheAuxiliaryVectorHasWhatTheProgramWasStartedWith) {
  const CoreNotes notes = NotesOf(
      "CORE", NT_AUXV, {AT_PAGESZ, 65536, AT_ENTRY, 0x401000, AT_SYSINFO_EHDR, 0x7000, AT_NULL, 0});
  EXPECT_EQ(notes.page_size, 65536U);
  EXPECT_EQ(notes.entry, 0x401000U);
  EXPECT_EQ(notes.vdso, 0x7000U);
}

TEST(CoreNotesTest, TheBitsOfSignedReturnAddressesAreThoseOfCode) {
  constexpr std::uint32_t kMask = 0x406;  // NT_ARM_PAC_MASK
  constexpr std::uint64_t kData = 0x007f'0000'0000'0000;
  constexpr std::uint64_t kCode = 0xff7f'0000'0000'0000;
  EXPECT_EQ(NotesOf("LINUX", kMask, {kData, kCode}).signature_bits, kCode);
  EXPECT_EQ(NotesOf("LINUX", kMask, {kData}).signature_bits, 0U) << "cut off";
  EXPECT_EQ(NotesOf("CORE", kMask, {kData, kCode}).signature_bits, 0U) << "of another owner";
}

}  // namespace
}  // namespace taskleak::platform
