// Measures how much of the stack a call touches.
#ifndef TASKLEAK_TESTS_HOOKS_STACK_NEED_H_
#define TASKLEAK_TESTS_HOOKS_STACK_NEED_H_

#include <ucontext.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

namespace taskleak::testing {

/// A stack that is filled with a known byte, so that each written byte can be seen.
class PaintedStack {
 public:
  PaintedStack() : bytes_(kSize, kPaint) {}

  [[nodiscard]] char* begin() { return bytes_.data(); }
  [[nodiscard]] static constexpr std::size_t size() { return kSize; }
  /// Returns the distance from its upper end to the lowest byte that was written.
  [[nodiscard]] std::size_t Used() const {
    const auto lowest =
        std::find_if(bytes_.begin(), bytes_.end(), [](char byte) { return byte != kPaint; });
    return static_cast<std::size_t>(bytes_.end() - lowest);
  }

 private:
  static constexpr std::size_t kSize = std::size_t{256} << 10;
  static constexpr char kPaint = 0x5a;

  std::vector<char> bytes_;
};

/// Returns the stack that `call` needs, and a little more for the switch to it. Runs on the calling
/// thread, where nothing was called before.
inline std::size_t StackNeed(const std::function<void()>& call) {
  static const std::function<void()>* current = nullptr;
  PaintedStack stack;
  ucontext_t here;
  ucontext_t there;
  current = &call;
  getcontext(&there);
  there.uc_stack.ss_sp = stack.begin();
  there.uc_stack.ss_size = PaintedStack::size();
  there.uc_link = &here;
  makecontext(
      &there, [] { (*current)(); }, 0);
  swapcontext(&here, &there);
  current = nullptr;
  return stack.Used();
}

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_HOOKS_STACK_NEED_H_
