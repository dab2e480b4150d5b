#include "linux/corefile/core_notes.h"

#include <gelf.h>
#include <sys/procfs.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace taskleak::platform {
namespace {

using Bytes = std::span<const char>;

template <typename T>
std::optional<T> ReadAt(Bytes bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

void AddThread(Bytes note, CoreNotes& notes) {
  static_assert(sizeof(elf_gregset_t) == sizeof(user_regs_struct));
  const auto status = ReadAt<elf_prstatus>(note, 0);
  if (!status || status->pr_pid <= 0) return;
  ThreadNote thread{.tid = status->pr_pid, .signal = status->pr_cursig};
  std::memcpy(&thread.registers, &status->pr_reg, sizeof thread.registers);
  notes.threads.push_back(thread);
}

void ReadProcess(Bytes note, CoreNotes& notes) {
  const auto process = ReadAt<elf_prpsinfo>(note, 0);
  if (!process) return;
  notes.pid = process->pr_pid;
  notes.name.assign(process->pr_fname, strnlen(process->pr_fname, sizeof process->pr_fname));
}

void ReadAuxiliaryVector(Bytes note, CoreNotes& notes) {
  for (std::size_t at = 0; const auto entry = ReadAt<Elf64_auxv_t>(note, at); at += sizeof *entry) {
    if (entry->a_type == AT_ENTRY) notes.entry = entry->a_un.a_val;
    if (entry->a_type == AT_SYSINFO_EHDR) notes.vdso = entry->a_un.a_val;
    if (entry->a_type == AT_PAGESZ) notes.page_size = entry->a_un.a_val;
  }
}

// A number of mappings, the unit of their offsets, the mappings, and then their paths.
void AddFiles(Bytes note, CoreNotes& notes) {
  struct Header {
    std::uint64_t count;
    std::uint64_t unit;
  };
  struct Entry {
    std::uint64_t begin;
    std::uint64_t end;
    std::uint64_t offset;
  };
  const auto header = ReadAt<Header>(note, 0);
  if (!header || header->count > (note.size() - sizeof(Header)) / sizeof(Entry)) return;
  std::size_t path = sizeof(Header) + header->count * sizeof(Entry);
  for (std::uint64_t i = 0; i < header->count && path < note.size(); ++i) {
    const auto entry = ReadAt<Entry>(note, sizeof(Header) + i * sizeof(Entry));
    const std::size_t length = strnlen(note.data() + path, note.size() - path);
    if (entry->begin < entry->end)
      notes.files.push_back({.begin = entry->begin,
                             .end = entry->end,
                             .offset = entry->offset * header->unit,
                             .path = std::string(note.data() + path, length)});
    path += length + 1;
  }
}

// struct user_pac_mask (arch/arm64/include/uapi/asm/ptrace.h): the bits in data, then those in
// code.
void ReadSignatureBits(Bytes note, CoreNotes& notes) {
  if (const auto bits = ReadAt<std::uint64_t>(note, sizeof(std::uint64_t)))
    notes.signature_bits = *bits;
}

void ReadNote(std::uint32_t type, Bytes note, CoreNotes& notes) {
  switch (type) {
    case NT_PRSTATUS:
      return AddThread(note, notes);
    case NT_PRPSINFO:
      return ReadProcess(note, notes);
    case NT_AUXV:
      return ReadAuxiliaryVector(note, notes);
    case NT_FILE:
      return AddFiles(note, notes);
    default:
      return;
  }
}

}  // namespace

void ReadCoreNotes(Elf* elf, std::uint64_t offset, std::uint64_t size, CoreNotes& notes) {
  constexpr std::string_view kOwner = "CORE";
  constexpr std::string_view kOwnerOfProcessor = "LINUX";
  constexpr std::uint32_t kSignatureBits = 0x406;  // NT_ARM_PAC_MASK
  Elf_Data* const data =
      elf_getdata_rawchunk(elf, static_cast<std::int64_t>(offset), size, ELF_T_NHDR);
  if (data == nullptr) return;
  const auto* const bytes = static_cast<const char*>(data->d_buf);
  GElf_Nhdr note;
  std::size_t name = 0;
  std::size_t text = 0;
  for (std::size_t at = 0; (at = gelf_getnote(data, at, &note, &name, &text)) > 0;) {
    const std::string_view owner(bytes + name, strnlen(bytes + name, note.n_namesz));
    const Bytes content(bytes + text, note.n_descsz);
    if (owner == kOwner) ReadNote(note.n_type, content, notes);
    if (owner == kOwnerOfProcessor && note.n_type == kSignatureBits)
      ReadSignatureBits(content, notes);
  }
}

}  // namespace taskleak::platform
