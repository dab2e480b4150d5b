// Packs the call frame information of nearly all code into one word.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_SHORT_RULE_H_
#define TASKLEAK_SRC_LINUX_UNWIND_SHORT_RULE_H_

#include <cstdint>
#include <optional>

namespace taskleak::platform {

/// Holds a rule of this form: the caller's frame begins at the stack pointer or the frame pointer
/// plus a distance, and the frame pointer is still the caller's or saved at another distance. The
/// return address is just below the caller's frame, just above the saved frame pointer, or saved
/// while the frame pointer is not. Any other rule is not usable.
class ShortRule {
 public:
  static constexpr std::int32_t kWord = 8;

  ShortRule() = default;
  explicit ShortRule(std::uint64_t bits) : bits_(bits) {}

  struct Distances {
    std::int32_t cfa = 0;
    std::int32_t return_address = -kWord;
    std::optional<std::int32_t> frame_pointer{};  ///< nothing: it is still the caller's
  };
  static ShortRule Make(bool from_frame_pointer, const Distances& distances) {
    if (!Fits(distances.cfa) || !Fits(distances.return_address)) return {};
    std::uint64_t bits = kUsable;
    std::int32_t saved = distances.frame_pointer.value_or(0);
    if (from_frame_pointer) bits |= kFromFramePointer;
    if (distances.frame_pointer) bits |= kSavesFramePointer;
    if (distances.return_address != -kWord) {
      if (!distances.frame_pointer) saved = distances.return_address - kWord;
      if (saved != distances.return_address - kWord) return {};
      bits |= kReturnAboveSaved;
    }
    if (!Fits(saved)) return {};
    return ShortRule(bits | Field(distances.cfa, 8) | Field(saved, 32));
  }

  /// Returns the rule as a number, of which at most 56 bits are in use.
  [[nodiscard]] std::uint64_t bits() const { return bits_; }
  [[nodiscard]] bool usable() const { return (bits_ & kUsable) != 0; }
  [[nodiscard]] bool from_frame_pointer() const { return (bits_ & kFromFramePointer) != 0; }
  [[nodiscard]] bool saves_frame_pointer() const { return (bits_ & kSavesFramePointer) != 0; }
  [[nodiscard]] std::int64_t cfa_distance() const { return Distance(8); }
  [[nodiscard]] std::int64_t frame_pointer_distance() const { return Distance(32); }
  [[nodiscard]] std::int64_t return_distance() const {
    return (bits_ & kReturnAboveSaved) != 0 ? Distance(32) + kWord : -kWord;
  }

 private:
  static constexpr std::uint64_t kUsable = 1;
  static constexpr std::uint64_t kFromFramePointer = 2;
  static constexpr std::uint64_t kSavesFramePointer = 4;
  static constexpr std::uint64_t kReturnAboveSaved = 8;
  static constexpr std::int32_t kLimit = 1 << 23;

  static bool Fits(std::int32_t distance) { return distance >= -kLimit && distance < kLimit; }
  static std::uint64_t Field(std::int32_t distance, int shift) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(distance) & 0xffffffU) << shift;
  }
  [[nodiscard]] std::int64_t Distance(int shift) const {
    const auto field = static_cast<std::int32_t>((bits_ >> shift) & 0xffffff);
    return field >= kLimit ? field - 2 * kLimit : field;
  }

  std::uint64_t bits_ = 0;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_SHORT_RULE_H_
