// The bytes of .eh_frame, value by value.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_ENTRY_BYTES_H_
#define TASKLEAK_SRC_LINUX_UNWIND_ENTRY_BYTES_H_

#include <dwarf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace taskleak::platform {

/// Reads a value that may not be aligned.
template <typename T>
T Load(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Reads one entry. Reads at its end return 0.
class EntryBytes {
 public:
  EntryBytes(const std::uint8_t* at, const std::uint8_t* end) : at_(at), end_(end) {}

  [[nodiscard]] bool at_end() const { return at_ >= end_; }
  [[nodiscard]] const std::uint8_t* at() const { return at_; }

  template <typename T>
  T Take() {
    if (end_ - at_ < static_cast<std::ptrdiff_t>(sizeof(T))) {
      at_ = end_;
      return 0;
    }
    at_ += sizeof(T);
    return Load<T>(at_ - sizeof(T));
  }
  std::uint64_t Uleb() {
    std::uint64_t value = 0;
    std::uint8_t byte = 0x80;
    for (unsigned shift = 0; (byte & 0x80) != 0 && !at_end(); shift += 7) {
      byte = Take<std::uint8_t>();
      if (shift < 64) value |= std::uint64_t{byte & 0x7fU} << shift;
    }
    return value;
  }
  std::int64_t Sleb() {
    std::uint64_t value = 0;
    std::uint8_t byte = 0x80;
    unsigned shift = 0;
    for (; (byte & 0x80) != 0 && !at_end(); shift += 7) {
      byte = Take<std::uint8_t>();
      if (shift < 64) value |= std::uint64_t{byte & 0x7fU} << shift;
    }
    if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
    return static_cast<std::int64_t>(value);
  }
  void Skip(std::uint64_t count) {
    at_ = count < static_cast<std::uint64_t>(end_ - at_) ? at_ + count : end_;
  }
  /// Reads a pointer in one of the encodings that compilers use for code (Linux Standard Base 5.0,
  /// core, section 10.5.1). Sets `known` to false if it is in another one.
  std::uintptr_t Pointer(std::uint8_t encoding, bool& known) {
    const auto place = reinterpret_cast<std::uintptr_t>(at_);
    std::uintptr_t value = 0;
    switch (encoding & 0x0f) {
      case DW_EH_PE_absptr:
      case DW_EH_PE_udata8:
      case DW_EH_PE_sdata8:
        value = Take<std::uint64_t>();
        break;
      case DW_EH_PE_udata4:
        value = Take<std::uint32_t>();
        break;
      case DW_EH_PE_sdata4:
        value = static_cast<std::uintptr_t>(std::int64_t{Take<std::int32_t>()});
        break;
      default:
        known = false;
    }
    if ((encoding & 0x70) == DW_EH_PE_pcrel) return value + place;
    if ((encoding & 0x70) != DW_EH_PE_absptr) known = false;
    return value;
  }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_ENTRY_BYTES_H_
