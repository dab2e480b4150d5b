#include "linux/unwind/frame_instructions.h"

#include <cstddef>
#include <limits>

#include "linux/arch/registers.h"

namespace taskleak::platform {
namespace {

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

// Executes call frame instructions (DWARF 5, section 6.4.2), as far as a ShortRule depends on them.
class Interpreter {
 public:
  Interpreter(const CommonEntry& entry, std::uintptr_t begin)
      : entry_(entry), location_(begin), code_unit_(static_cast<std::uintptr_t>(entry.code_unit)) {}

  // Computes the caller's values before `pc`. Returns false if it meets something unusual.
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
  // Turns a distance that is too large into one that no rule can hold.
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

  // Handles instructions on where the next row begins, and on rows that are put aside.
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

  // Handles instructions on the canonical frame address.
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

  // Handles instructions on the caller's value of one register.
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

}  // namespace

CommonEntry ReadCommonEntry(EntryBytes bytes) {
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

ShortRule RuleOf(const CommonEntry& common, std::uintptr_t begin, EntryBytes instructions,
                 std::uintptr_t pc) {
  Interpreter interpreter(common, begin);
  if (!interpreter.Run(common.instructions, pc)) return {};
  interpreter.KeepInitial();
  return interpreter.Run(instructions, pc) ? interpreter.Rule() : ShortRule();
}

}  // namespace taskleak::platform
