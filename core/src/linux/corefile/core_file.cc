#include "linux/corefile/core_file.h"

#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "linux/arch/registers.h"

namespace taskleak::platform {
namespace {

using Reason = UnreadableCore::Reason;

// The programs that decompress what systemd-coredump(8) and others store, by the first bytes.
struct Compression {
  std::string_view magic;
  std::string_view program;
};
constexpr std::array<Compression, 5> kCompressions = {{
    {"\x28\xb5\x2f\xfd", "zstd -d"},
    {"\x04\x22\x4d\x18", "lz4 -d"},
    {"\xfd"
     "7zXZ",
     "xz -d"},
    {"\x1f\x8b", "gzip -d"},
    {"BZh", "bzip2 -d"},
}};

// Finds out what a file without a readable ELF header is.
UnreadableCore WhatElse(int file) {
  std::array<char, 8> bytes{};
  const ssize_t size = pread(file, bytes.data(), bytes.size(), 0);
  const std::string_view beginning(bytes.data(),
                                   static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  for (const Compression& each : kCompressions) {
    if (beginning.starts_with(each.magic))
      return {.reason = Reason::kCompressed, .text = std::string(each.program)};
  }
  return {.reason = beginning.empty() ? Reason::kEmpty : Reason::kNotElf};
}

// Returns how much of the wanted bytes is before the end of the file.
std::uint64_t Available(std::uint64_t offset, std::uint64_t wanted, std::uint64_t file_size) {
  return offset >= file_size ? 0 : std::min(wanted, file_size - offset);
}

// Returns the part of a mapping that a program header describes.
std::optional<CoreSegment> SegmentOf(const GElf_Phdr& header, std::uint64_t file_size) {
  CoreSegment segment{.begin = header.p_vaddr,
                      .end = header.p_vaddr + header.p_memsz,
                      .offset = header.p_offset,
                      .saved = std::min(header.p_filesz, header.p_memsz),
                      .flags = header.p_flags};
  if (segment.end <= segment.begin) return std::nullopt;  // empty, or beyond the last address
  segment.available = Available(segment.offset, segment.saved, file_size);
  return segment;
}

}  // namespace

CoreFile::Opened CoreFile::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return UnreadableCore{.reason = Reason::kNotOpened, .error = errno};
  return Open(file);
}

CoreFile::Opened CoreFile::Open(int file) {
  struct stat about {};
  const bool known = fstat(file, &about) == 0;
  std::unique_ptr<CoreFile> core(new CoreFile(file, static_cast<std::uint64_t>(about.st_size)));
  if (!known) return UnreadableCore{.reason = Reason::kNotOpened, .error = errno};
  if (!S_ISREG(about.st_mode)) return UnreadableCore{.reason = Reason::kNotAFile};
  const Reason reason = core->ReadHeaders();
  if (reason == Reason::kNotElf) return WhatElse(file);
  if (core->notes_.threads.empty()) return UnreadableCore{.reason = reason};
  return core;
}

CoreFile::~CoreFile() { close(file_); }

// Returns why the file has no threads, if it has none.
Reason CoreFile::ReadHeaders() {
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_begin(file_, ELF_C_READ, nullptr), elf_end);
  GElf_Ehdr header;
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF ||
      gelf_getehdr(elf.get(), &header) == nullptr)
    return Reason::kNotElf;
  if (header.e_type != ET_CORE) return Reason::kNotCore;
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != kElfMachine)
    return Reason::kOtherProcessor;
  std::size_t count = 0;
  if (elf_getphdrnum(elf.get(), &count) != 0) return Reason::kNoThreads;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf.get(), static_cast<int>(i), &segment) == nullptr) break;
    if (segment.p_type == PT_NOTE)
      ReadCoreNotes(elf.get(), segment.p_offset,
                    Available(segment.p_offset, segment.p_filesz, size_), notes_);
    if (segment.p_type != PT_LOAD) continue;
    if (const auto mapping = SegmentOf(segment, size_)) segments_.push_back(*mapping);
  }
  std::ranges::sort(segments_, {}, &CoreSegment::begin);
  return Reason::kNoThreads;
}

const CoreSegment* CoreFile::Find(std::uintptr_t address) const {
  const auto after = std::ranges::upper_bound(segments_, address, {}, &CoreSegment::begin);
  if (after == segments_.begin() || address >= std::prev(after)->end) return nullptr;
  return &*std::prev(after);
}

std::size_t CoreFile::Read(std::uintptr_t address, void* buffer, std::size_t size) const {
  std::size_t done = 0;
  while (done < size) {
    const CoreSegment* const segment = Find(address + done);
    if (segment == nullptr) break;
    const std::uint64_t from = address + done - segment->begin;
    if (from >= segment->available) break;
    const std::size_t wanted = std::min<std::uint64_t>(size - done, segment->available - from);
    const ssize_t n = pread(file_, static_cast<char*>(buffer) + done, wanted,
                            static_cast<off_t>(segment->offset + from));
    if (n <= 0) break;  // the file may be cut off even now
    done += static_cast<std::size_t>(n);
  }
  return done;
}

std::uint64_t CoreFile::CountMissing() const {
  std::uint64_t missing = 0;
  for (const CoreSegment& segment : segments_) missing += segment.saved - segment.available;
  return missing;
}

}  // namespace taskleak::platform
