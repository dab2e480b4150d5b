#include "linux/unwind/eh_frame.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "linux/arch/registers.h"
#include "linux/modules/program_headers.h"
#include "linux/unwind/entry_bytes.h"

namespace taskleak::platform {
namespace {

using Memory = std::span<const std::uint8_t>;

// What follows the length field of the entry at an offset; empty for a terminator, for what does
// not end in the memory, and for the 64-bit form, which no compiler uses in .eh_frame.
EntryBytes EntryAt(Memory memory, std::size_t offset) {
  std::uint32_t length = 0;
  if (offset > memory.size() || memory.size() - offset < sizeof length) return {nullptr, nullptr};
  const Memory behind = memory.subspan(offset + sizeof length);
  length = Load<std::uint32_t>(memory.data() + offset);
  if (length > behind.size()) return {nullptr, nullptr};
  return {behind.data(), behind.data() + length};
}

// The part of a common information entry that rules depend on (Linux Standard Base 5.0, core,
// section 10.6.1).
struct CommonEntry {
  bool usable = false;
  bool has_augmentation_data = false;
  std::uint8_t pointer_encoding = DW_EH_PE_absptr;
  std::int32_t code_unit = 1;
  std::int32_t data_unit = 1;
  EntryBytes instructions{nullptr, nullptr};
};

void TakeAugmentation(const std::uint8_t* text, EntryBytes& bytes, CommonEntry& entry) {
  entry.usable = true;
  if (*text == 'z') {
    entry.has_augmentation_data = true;
    const std::uint64_t length = bytes.Uleb();
    EntryBytes data = bytes;
    bytes.Skip(length);
    entry.instructions = bytes;
    for (++text; *text != 0 && entry.usable; ++text) {
      if (*text == 'R') {
        entry.pointer_encoding = data.Take<std::uint8_t>();
      } else if (*text == 'B') {
        continue;  // return addresses are signed with the other key (aadwarf64)
      } else if (*text == 'L') {
        data.Skip(1);
      } else if (*text == 'P') {
        const auto encoding = data.Take<std::uint8_t>();
        bool known = true;
        data.Pointer(encoding & 0x0f, known);
        entry.usable = known;
      } else {
        entry.usable = false;  // 'S': a signal's frame, whose caller did not call
      }
    }
    return;
  }
  entry.instructions = bytes;
  entry.usable = *text == 0;
}

// Needs stack that is free again when the interpreter runs.
[[gnu::noinline]] CommonEntry ReadCommonEntry(EntryBytes bytes) {
  CommonEntry entry;
  if (bytes.Take<std::uint32_t>() != 0) return entry;  // not such an entry
  const auto version = bytes.Take<std::uint8_t>();
  if (version != 1 && version != 3) return entry;
  const std::uint8_t* const augmentation = bytes.at();
  while (!bytes.at_end() && bytes.Take<std::uint8_t>() != 0) {
  }
  if (bytes.at_end()) return entry;
  entry.code_unit = static_cast<std::int32_t>(bytes.Uleb());
  entry.data_unit = static_cast<std::int32_t>(bytes.Sleb());
  const std::uint64_t return_column = version == 1 ? bytes.Take<std::uint8_t>() : bytes.Uleb();
  if (return_column != kReturnColumn) return entry;
  TakeAugmentation(augmentation, bytes, entry);
  return entry;
}

// Executes call frame instructions (DWARF 5, section 6.4.2), as far as a ShortRule depends on them.
class Interpreter {
 public:
  Interpreter(const CommonEntry& entry, std::uintptr_t begin)
      : entry_(entry), location_(begin), code_unit_(static_cast<std::uintptr_t>(entry.code_unit)) {}

  // The caller's values before `pc`; false if something unusual is met.
  bool Run(EntryBytes bytes, std::uintptr_t pc) {
    while (!bytes.at_end() && location_ <= pc) {
      if (!Step(bytes)) return false;
    }
    return true;
  }
  void KeepInitial() { initial_ = row_; }

  [[nodiscard]] ShortRule Rule() const {
    const bool plain_cfa = row_.cfa_register == kStackPointer || row_.cfa_register == kFramePointer;
    if (!plain_cfa || row_.return_address != kSaved || row_.frame_pointer == kOther) return {};
    ShortRule::Distances distances{row_.cfa_distance, row_.return_distance};
    if (row_.frame_pointer == kSaved) distances.frame_pointer = row_.frame_pointer_distance;
    return ShortRule::Make(row_.cfa_register == kFramePointer, distances);
  }

 private:
  enum Kind : std::uint8_t { kSame, kSaved, kOther };
  struct Row {
    std::int32_t cfa_distance = 0;
    std::int32_t return_distance = 0;
    std::int32_t frame_pointer_distance = 0;
    std::uint8_t cfa_register = 0xff;  // 0xff: an expression, or none yet
    Kind return_address = kSame;
    Kind frame_pointer = kSame;
  };
  static constexpr std::size_t kMostRemembered = 4;

  void Advance(std::uint64_t units) { location_ += units * code_unit_; }
  [[nodiscard]] std::int64_t Distance(std::uint64_t units) const {
    return static_cast<std::int64_t>(units * static_cast<std::uint64_t>(entry_.data_unit));
  }
  [[nodiscard]] std::int64_t Distance(std::int64_t units) const {
    return Distance(static_cast<std::uint64_t>(units));
  }
  // What is too large becomes a distance that no rule holds.
  static std::int32_t Narrow(std::int64_t distance) {
    const auto narrow = static_cast<std::int32_t>(distance);
    return narrow == distance ? narrow : std::numeric_limits<std::int32_t>::max();
  }
  void SetRegister(std::uint64_t number, Kind kind, std::int64_t distance = 0) {
    if (number == kReturnColumn) {
      row_.return_address = kind;
      row_.return_distance = Narrow(distance);
    } else if (number == kFramePointer) {
      row_.frame_pointer = kind;
      row_.frame_pointer_distance = Narrow(distance);
    }
  }
  void Restore(std::uint64_t number) {
    if (number == kReturnColumn)
      SetRegister(kReturnColumn, initial_.return_address, initial_.return_distance);
    if (number == kFramePointer)
      SetRegister(kFramePointer, initial_.frame_pointer, initial_.frame_pointer_distance);
  }
  void SetCfa(std::uint64_t number, std::int64_t distance) {
    row_.cfa_register = number < 0xff ? static_cast<std::uint8_t>(number) : 0xff;
    row_.cfa_distance = Narrow(distance);
  }

  bool Step(EntryBytes& bytes) {
    const auto instruction = bytes.Take<std::uint8_t>();
    const std::uint64_t operand = instruction & 0x3f;
    switch (instruction & 0xc0) {
      case DW_CFA_advance_loc:
        Advance(operand);
        return true;
      case DW_CFA_offset:
        SetRegister(operand, kSaved, Distance(bytes.Uleb()));
        return true;
      case DW_CFA_restore:
        Restore(operand);
        return true;
      default:
        return Move(instruction, bytes) || Define(instruction, bytes) || Save(instruction, bytes);
    }
  }

  // Where in the code the next row begins, and rows that are put aside.
  bool Move(std::uint8_t instruction, EntryBytes& bytes) {
    switch (instruction) {
      case DW_CFA_nop:
        return true;
      case DW_CFA_set_loc: {
        bool known = true;
        location_ = bytes.Pointer(entry_.pointer_encoding, known);
        return known;
      }
      case DW_CFA_advance_loc1:
        Advance(bytes.Take<std::uint8_t>());
        return true;
      case DW_CFA_advance_loc2:
        Advance(bytes.Take<std::uint16_t>());
        return true;
      case DW_CFA_advance_loc4:
        Advance(bytes.Take<std::uint32_t>());
        return true;
      case DW_CFA_remember_state:
        if (remembered_count_ == kMostRemembered) return false;
        remembered_[remembered_count_++] = row_;
        return true;
      case DW_CFA_restore_state:
        if (remembered_count_ == 0) return false;
        row_ = remembered_[--remembered_count_];
        return true;
      case DW_CFA_AARCH64_negate_ra_state:  // signed from here on, or no longer
        return true;
      case DW_CFA_GNU_args_size:
        bytes.Uleb();
        return true;
      default:
        return false;
    }
  }

  // The canonical frame address.
  bool Define(std::uint8_t instruction, EntryBytes& bytes) {
    switch (instruction) {
      case DW_CFA_def_cfa: {
        const std::uint64_t number = bytes.Uleb();
        SetCfa(number, static_cast<std::int64_t>(bytes.Uleb()));
        return true;
      }
      case DW_CFA_def_cfa_sf: {
        const std::uint64_t number = bytes.Uleb();
        SetCfa(number, Distance(bytes.Sleb()));
        return true;
      }
      case DW_CFA_def_cfa_register:
        SetCfa(bytes.Uleb(), row_.cfa_distance);
        return true;
      case DW_CFA_def_cfa_offset:
        row_.cfa_distance = Narrow(static_cast<std::int64_t>(bytes.Uleb()));
        return true;
      case DW_CFA_def_cfa_offset_sf:
        row_.cfa_distance = Narrow(Distance(bytes.Sleb()));
        return true;
      case DW_CFA_def_cfa_expression:
        bytes.Skip(bytes.Uleb());
        row_.cfa_register = 0xff;
        return true;
      default:
        return false;
    }
  }

  // The caller's value of one register.
  bool Save(std::uint8_t instruction, EntryBytes& bytes) {
    const std::uint64_t number = bytes.Uleb();
    switch (instruction) {
      case DW_CFA_offset_extended:
        SetRegister(number, kSaved, Distance(bytes.Uleb()));
        return true;
      case DW_CFA_offset_extended_sf:
        SetRegister(number, kSaved, Distance(bytes.Sleb()));
        return true;
      case DW_CFA_restore_extended:
        Restore(number);
        return true;
      case DW_CFA_same_value:
        SetRegister(number, kSame);
        return true;
      case DW_CFA_undefined:
        SetRegister(number, kOther);
        return true;
      case DW_CFA_register:
      case DW_CFA_val_offset:
      case DW_CFA_val_offset_sf:  // the same bytes whatever the sign
        bytes.Uleb();
        SetRegister(number, kOther);
        return true;
      case DW_CFA_expression:
      case DW_CFA_val_expression:
        bytes.Skip(bytes.Uleb());
        SetRegister(number, kOther);
        return true;
      default:
        return false;
    }
  }

  const CommonEntry& entry_;
  std::uintptr_t location_;
  std::uintptr_t code_unit_;
  Row row_;
  Row initial_;
  Row remembered_[kMostRemembered];
  std::size_t remembered_count_ = 0;
};

// A function and its entry, by their distances from the section.
struct TableRow {
  std::int32_t function = 0;
  std::int32_t entry = 0;
};

// That of the function that begins last before `pc`; nothing if none does. The section is a table
// sorted by address (Linux Standard Base 5.0, core, section 10.6.2), in the one encoding that
// linkers write.
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

// The memory around a section that can be read: the segment that holds it, into which linkers put
// .eh_frame too. Tools may have moved the program headers; then all that is mapped of the program
// or library counts.
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
  Interpreter interpreter(common, begin);
  if (!interpreter.Run(common.instructions, pc)) return {};
  interpreter.KeepInitial();
  return interpreter.Run(bytes, pc) ? interpreter.Rule() : ShortRule();
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
