#include "linux/unwind/eh_frame.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "linux/modules/program_headers.h"
#include "linux/unwind/entry_bytes.h"
#include "linux/unwind/frame_instructions.h"

namespace taskleak::platform {
namespace {

using Memory = std::span<const std::uint8_t>;

// Returns what follows the length field of the entry at an offset. Returns an empty range for a
// terminator, for an entry that reaches beyond the memory, and for the 64-bit form, which no
// compiler uses in .eh_frame.
EntryBytes EntryAt(Memory memory, std::size_t offset) {
  std::uint32_t length = 0;
  if (offset > memory.size() || memory.size() - offset < sizeof length) return {nullptr, nullptr};
  const Memory behind = memory.subspan(offset + sizeof length);
  length = Load<std::uint32_t>(memory.data() + offset);
  if (length > behind.size()) return {nullptr, nullptr};
  return {behind.data(), behind.data() + length};
}

// A function and its entry, by their distances from the section.
struct TableRow {
  std::int32_t function = 0;
  std::int32_t entry = 0;
};

// Returns the row of the function that begins last before `pc`; nothing if none does. The section
// is a table sorted by address (Linux Standard Base 5.0, core, section 10.6.2), in the one encoding
// that linkers write.
std::optional<TableRow> FindRow(Memory memory, std::size_t index, std::uintptr_t pc) {
  constexpr std::size_t kHeader = 12;
  constexpr std::uint8_t kTableEncoding = DW_EH_PE_datarel | DW_EH_PE_sdata4;
  if (index > memory.size() || memory.size() - index < kHeader) return std::nullopt;
  const std::uint8_t* const section = memory.data() + index;
  const int frame_pointer = section[1] & 0x0f;
  if (section[0] != 1 || (frame_pointer != DW_EH_PE_udata4 && frame_pointer != DW_EH_PE_sdata4) ||
      section[2] != DW_EH_PE_udata4 || section[3] != kTableEncoding)
    return std::nullopt;
  const std::uint8_t* const table = section + kHeader;
  const auto wanted = static_cast<std::int64_t>(pc - reinterpret_cast<std::uintptr_t>(section));
  std::size_t low = 0;
  std::size_t high = Load<std::uint32_t>(section + 8);
  if (high > (memory.size() - index - kHeader) / sizeof(TableRow)) return std::nullopt;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (Load<TableRow>(table + middle * sizeof(TableRow)).function <= wanted)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return std::nullopt;
  return Load<TableRow>(table + (low - 1) * sizeof(TableRow));
}

// Returns the readable memory around a section: the segment that contains it, into which linkers
// put .eh_frame too. If a tool has moved the program headers, returns all that is mapped of the
// program or library.
[[gnu::noinline]] Memory MemoryAround(const std::uint8_t* section) {
  dl_find_object object;
  if (section == nullptr || _dl_find_object(const_cast<std::uint8_t*>(section), &object) != 0)
    return {};
  const auto at = reinterpret_cast<std::uintptr_t>(section);
  for (const Elf64_Phdr& segment : ProgramHeadersAt(BeginOfFile(object))) {
    const std::uintptr_t begin = object.dlfo_link_map->l_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && at - begin < segment.p_filesz)
      return {section - (at - begin), segment.p_filesz};
  }
  return {static_cast<const std::uint8_t*>(object.dlfo_map_start),
          static_cast<const std::uint8_t*>(object.dlfo_map_end)};
}

}  // namespace

// Not a part of RuleAt(), so that its stack is not needed while the memory is looked for.
[[gnu::noinline]] ShortRule FindRule(Memory memory, std::size_t index, std::uintptr_t pc) {
  const auto row = FindRow(memory, index, pc);
  if (!row) return {};
  EntryBytes bytes = EntryAt(memory, index + static_cast<std::size_t>(row->entry));
  const std::uint8_t* const pointer = bytes.at();
  const auto back = bytes.Take<std::uint32_t>();  // to the common entry, from here
  if (back == 0) return {};
  const auto here = static_cast<std::size_t>(pointer - memory.data());
  const CommonEntry common = ReadCommonEntry(EntryAt(memory, here - back));
  if (!common.usable) return {};
  bool known = true;
  const std::uintptr_t begin = bytes.Pointer(common.pointer_encoding, known);
  const std::uintptr_t length = bytes.Pointer(common.pointer_encoding & 0x0f, known);
  if (!known || pc - begin >= length) return {};
  if (common.has_augmentation_data) bytes.Skip(bytes.Uleb());
  return RuleOf(common, begin, bytes, pc);
}

ShortRule EhFrameIndex::RuleAt(std::uintptr_t pc) const {
  const Memory memory = MemoryAround(section_);
  if (memory.empty()) return {};
  return FindRule(memory, static_cast<std::size_t>(section_ - memory.data()), pc);
}

std::uintptr_t EhFrameIndex::FunctionStart(std::uintptr_t pc) const {
  const Memory memory = MemoryAround(section_);
  const auto row = memory.empty()
                       ? std::nullopt
                       : FindRow(memory, static_cast<std::size_t>(section_ - memory.data()), pc);
  return row ? address() + static_cast<std::uintptr_t>(std::int64_t{row->function}) : 0;
}

EhFrameIndex FindEhFrameIndex(std::uintptr_t pc) {
  dl_find_object object;
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  if (_dl_find_object(reinterpret_cast<void*>(pc), &object) != 0) return {};
  return EhFrameIndex(object.dlfo_eh_frame);
}

}  // namespace taskleak::platform
