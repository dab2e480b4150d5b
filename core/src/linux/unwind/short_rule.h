// The call frame information of nearly all code, in one word.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_SHORT_RULE_H_
#define TASKLEAK_SRC_LINUX_UNWIND_SHORT_RULE_H_

#include <cstdint>

namespace taskleak::platform {

/// The caller's frame begins at rsp or rbp plus a distance, the return address is just below it,
/// and rbp is still the caller's or saved at another distance. Where that does not hold, the rule
/// is not usable.
class ShortRule {
 public:
  ShortRule() = default;
  explicit ShortRule(std::uint64_t bits) : bits_(bits) {}

  static ShortRule Make(bool from_rbp, std::int32_t cfa_distance, bool saves_rbp,
                        std::int32_t rbp_distance) {
    if (!Fits(cfa_distance) || !Fits(rbp_distance)) return {};
    std::uint64_t bits = kUsable | Field(cfa_distance, 8);
    if (from_rbp) bits |= kFromRbp;
    if (saves_rbp) bits |= kSavesRbp | Field(rbp_distance, 32);
    return ShortRule(bits);
  }

  /// At most 56 bits are in use.
  [[nodiscard]] std::uint64_t bits() const { return bits_; }
  [[nodiscard]] bool usable() const { return (bits_ & kUsable) != 0; }
  [[nodiscard]] bool from_rbp() const { return (bits_ & kFromRbp) != 0; }
  [[nodiscard]] bool saves_rbp() const { return (bits_ & kSavesRbp) != 0; }
  [[nodiscard]] std::int64_t cfa_distance() const { return Distance(8); }
  [[nodiscard]] std::int64_t rbp_distance() const { return Distance(32); }

 private:
  static constexpr std::uint64_t kUsable = 1;
  static constexpr std::uint64_t kFromRbp = 2;
  static constexpr std::uint64_t kSavesRbp = 4;
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
