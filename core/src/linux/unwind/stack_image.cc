#include "linux/unwind/stack_image.h"

#include <algorithm>
#include <cstring>

#include "linux/arch/registers.h"
#include "linux/proc/memory.h"

namespace taskleak::platform {
namespace {

// Enough for most stacks; page-aligned ends keep the kernel's work small.
constexpr std::size_t kFirstSize = std::size_t{16} << 10;
constexpr std::size_t kLargestSize = std::size_t{8} << 20;

}  // namespace

bool StackImage::Copy(std::uintptr_t sp) {
  base_ = sp - kRedZone;
  live_ = true;
  read_later_ = false;
  if (bytes_.size() < kFirstSize) bytes_.resize(kFirstSize);
  size_ = ReadMemory(base_, bytes_.data(), kFirstSize);
  return size_ > kRedZone;
}

void StackImage::Adopt(std::uintptr_t base, const void* words, std::size_t size) {
  base_ = base;
  size_ = size;
  live_ = false;
  read_later_ = false;
  if (bytes_.size() < size) bytes_.resize(size);
  std::memcpy(bytes_.data(), words, size);
}

std::optional<std::uint64_t> StackImage::Word(std::uintptr_t address) {
  std::uint64_t word = 0;
  if (address >= end() && address - base_ < kLargestSize) {
    while (address - base_ + sizeof word > size_ && Grow()) {
    }
  }
  const std::uintptr_t offset = address - base_;  // of an address below, more than any size
  if (offset < size_ && size_ - offset >= sizeof word) {
    std::memcpy(&word, bytes_.data() + offset, sizeof word);
    return word;
  }
  if (!live_) return std::nullopt;
  // Another stack: the one a signal handler on its own stack interrupted.
  read_later_ = true;
  return ReadValue<std::uint64_t>(address);
}

bool StackImage::Grow() {
  // A size that was not filled means that the stack's mapping ends there.
  if (!live_ || size_ < kFirstSize || size_ % kFirstSize != 0 || size_ >= kLargestSize)
    return false;
  const std::size_t wanted = std::min(size_ * 4, kLargestSize);
  if (bytes_.size() < wanted) bytes_.resize(wanted);
  const std::size_t more = ReadMemory(base_ + size_, bytes_.data() + size_, wanted - size_);
  read_later_ = true;
  live_ = live_ && more != 0;
  size_ += more;
  return more != 0;
}

}  // namespace taskleak::platform
