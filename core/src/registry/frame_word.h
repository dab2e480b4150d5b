// Packs the place of a coroutine's frame into one word.
#ifndef TASKLEAK_SRC_REGISTRY_FRAME_WORD_H_
#define TASKLEAK_SRC_REGISTRY_FRAME_WORD_H_

#include <cstddef>
#include <cstdint>

namespace taskleak::registry {

/// Holds the address and size of a frame. Differs from every address, so that LeakSanitizer does
/// not count it as a pointer to the frame.
///
/// User space has 47 bits on x86-64 and 48 on aarch64 (unless a program asks for more), and
/// allocators align to 16.
class FrameWord {
 public:
  FrameWord() = default;
  explicit constexpr FrameWord(std::uint64_t bits) : bits_(bits) {}

  /// Makes the word of a frame. Rounds the size up, and limits it to 8 MiB.
  static constexpr FrameWord Make(std::uintptr_t address, std::size_t size) {
    const std::uint64_t units = (std::uint64_t{size} + kUnit - 1) / kUnit;
    return FrameWord(kIsFrame | (address / kUnit) << kSizeBits |
                     (units < kMostUnits ? units : kMostUnits));
  }
  /// Returns whether a frame with this address can be written as one word.
  static constexpr bool Fits(std::uintptr_t address) {
    return address % kUnit == 0 && address >> kAddressBits == 0;
  }

  [[nodiscard]] constexpr std::uint64_t bits() const { return bits_; }
  [[nodiscard]] constexpr bool is_frame() const { return (bits_ & kIsFrame) != 0; }
  [[nodiscard]] constexpr std::uintptr_t address() const {
    return (bits_ & ~kIsFrame) >> kSizeBits << 4;
  }
  [[nodiscard]] constexpr std::size_t size() const { return (bits_ & kMostUnits) * kUnit; }

 private:
  static constexpr std::uint64_t kIsFrame = std::uint64_t{1} << 63;
  static constexpr std::uint64_t kUnit = 16;
  static constexpr int kAddressBits = 48;
  static constexpr int kSizeBits = 19;
  static constexpr std::uint64_t kMostUnits = (std::uint64_t{1} << kSizeBits) - 1;

  std::uint64_t bits_ = 0;
};

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_FRAME_WORD_H_
