// A set of addresses, for code that may not use the allocator.
#ifndef TASKLEAK_SRC_LINUX_COROUTINES_ADDRESS_SET_H_
#define TASKLEAK_SRC_LINUX_COROUTINES_ADDRESS_SET_H_

#include <bit>
#include <cstddef>
#include <cstdint>

#include "linux/coroutines/page_vector.h"

namespace taskleak::platform {

/// Addresses other than 0, of which the number is known beforehand: room for `most`.
class AddressSet {
 public:
  explicit AddressSet(std::size_t most)
      : slots_(std::bit_ceil(most * 4 + 64)),
        table_(static_cast<std::uintptr_t*>(MapPages(slots_ * sizeof(std::uintptr_t)))) {}
  ~AddressSet() { UnmapPages(table_, slots_ * sizeof(std::uintptr_t)); }
  AddressSet(const AddressSet&) = delete;
  AddressSet& operator=(const AddressSet&) = delete;

  /// Returns false if there was no memory.
  [[nodiscard]] bool is_usable() const { return table_ != nullptr; }

  void Insert(std::uintptr_t address) {
    if (count_ * 2 >= slots_) return;
    std::size_t i = Hash(address);
    while (table_[i] != 0 && table_[i] != address) i = (i + 1) % slots_;
    count_ += table_[i] == 0 ? 1 : 0;
    table_[i] = address;
    least_ = address < least_ ? address : least_;
    greatest_ = address > greatest_ ? address : greatest_;
  }

  [[nodiscard]] bool Contains(std::uintptr_t address) const {
    if (address - least_ > greatest_ - least_) return false;
    for (std::size_t i = Hash(address); table_[i] != 0; i = (i + 1) % slots_) {
      if (table_[i] == address) return true;
    }
    return false;
  }

 private:
  [[nodiscard]] std::size_t Hash(std::uintptr_t address) const {
    return (address * 0x9e3779b97f4a7c15 >> 32) & (slots_ - 1);
  }

  std::size_t slots_;
  std::uintptr_t* table_;
  std::size_t count_ = 0;
  std::uintptr_t least_ = UINTPTR_MAX;
  std::uintptr_t greatest_ = 0;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COROUTINES_ADDRESS_SET_H_
