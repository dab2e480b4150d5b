#include "linux/modules/function_range.h"

#include <elfutils/libdwfl.h>
#include <gelf.h>

#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

namespace taskleak::platform {
namespace {

// DW_EH_PE_*: the only encodings that linkers write on x86-64.
constexpr unsigned char kVersion = 1;
constexpr unsigned char kRelativeToHere = 0x1b;   // pcrel | sdata4
constexpr unsigned char kCount = 0x03;            // udata4
constexpr unsigned char kRelativeToTable = 0x3b;  // datarel | sdata4

struct Header {
  unsigned char version;
  unsigned char frame_encoding;
  unsigned char count_encoding;
  unsigned char table_encoding;
  std::int32_t frame;
  std::uint32_t count;
};

// Both are relative to the header's address.
struct Entry {
  std::int32_t function;
  std::int32_t description;
};

std::optional<GElf_Phdr> FindHeader(Elf* elf) {
  std::size_t count = 0;
  if (elf == nullptr || elf_getphdrnum(elf, &count) != 0) return {};
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf, static_cast<int>(i), &segment) != nullptr &&
        segment.p_type == PT_GNU_EH_FRAME)
      return segment;
  }
  return {};
}

// Returns the last entry at or before `offset`, and the next one. The last function has no known
// end.
std::optional<std::pair<std::int32_t, std::int32_t>> Search(const char* table, std::size_t count,
                                                            std::int64_t offset) {
  const auto function = [table](std::size_t i) {
    std::int32_t value = 0;
    std::memcpy(&value, table + i * sizeof(Entry), sizeof value);
    return value;
  };
  std::size_t low = 0;
  std::size_t high = count;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (function(middle) <= offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return {};
  return std::pair(function(low - 1), function(low < count ? low : low - 1));
}

// Searches the table of .eh_frame_hdr, which has every function with call frame information.
FunctionRange ByFrameTable(Dwfl_Module* module, std::uintptr_t pc) {
  GElf_Addr bias = 0;
  Elf* const elf = dwfl_module_getelf(module, &bias);
  const auto segment = FindHeader(elf);
  if (!segment) return {};
  const auto offset = static_cast<std::int64_t>(segment->p_offset);
  const Elf_Data* const data = elf_getdata_rawchunk(elf, offset, segment->p_filesz, ELF_T_BYTE);
  if (data == nullptr) return {};
  return SearchFrameTable({static_cast<const char*>(data->d_buf), data->d_size},
                          bias + segment->p_vaddr, pc);
}

// Searches the symbols: static executables made with GCC have no .eh_frame_hdr.
FunctionRange BySymbol(Dwfl_Module* module, std::uintptr_t pc) {
  GElf_Off offset = 0;
  GElf_Sym symbol;
  const char* const name =
      dwfl_module_addrinfo(module, pc, &offset, &symbol, nullptr, nullptr, nullptr);
  if (name == nullptr) return {};
  return {pc - offset, pc - offset + symbol.st_size};
}

}  // namespace

FunctionRange SearchFrameTable(std::span<const char> table, std::uintptr_t here,
                               std::uintptr_t pc) {
  Header header;
  if (table.size() < sizeof header) return {};
  std::memcpy(&header, table.data(), sizeof header);
  if (header.version != kVersion || header.frame_encoding != kRelativeToHere ||
      header.count_encoding != kCount || header.table_encoding != kRelativeToTable ||
      (table.size() - sizeof header) / sizeof(Entry) < header.count)
    return {};
  const auto found =
      Search(table.data() + sizeof header, header.count, static_cast<std::int64_t>(pc - here));
  if (!found) return {};
  const auto address = [here](std::int64_t function) {
    return here + static_cast<std::uintptr_t>(function);
  };
  return {address(found->first), address(found->second)};
}

FunctionRange FunctionAt(Dwfl_Module* module, std::uintptr_t pc) {
  const FunctionRange range = ByFrameTable(module, pc);
  return range.start != 0 ? range : BySymbol(module, pc);
}

}  // namespace taskleak::platform
