// Walks from frame to frame up a stack, by call frame information.
#ifndef TASKLEAK_SRC_LINUX_UNWIND_FRAME_WALK_H_
#define TASKLEAK_SRC_LINUX_UNWIND_FRAME_WALK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "linux/arch/registers.h"
#include "linux/modules/modules.h"
#include "linux/unwind/code_facts.h"
#include "linux/unwind/raw_stack.h"
#include "linux/unwind/stack_image.h"

namespace taskleak::platform {

/// Holds one frame as its code would see it if it continued now.
struct FrameState {
  Registers registers;
  bool is_return_address = false;

  [[nodiscard]] std::uintptr_t pc() const { return registers[kPc]; }
  /// Returns the address of the instruction that it executes.
  [[nodiscard]] std::uintptr_t instruction() const { return pc() - (is_return_address ? 1 : 0); }
};

/// Says why a walk ended where it did.
enum class WalkEnd {
  kStart,              ///< nothing called the last frame: the stack is whole
  kZero,               ///< the return address is 0, as where stacks made by hand begin
  kNoRule,             ///< there is no call frame information for the last frame
  kNeedsFramePointer,  ///< the last frame's caller is found through the frame pointer, which is not
                       ///< known
  kNeedsReturnAddress,  ///< the last frame has it in a register that is not known
  kUnreadable,          ///< needs a register that is lost, or memory that cannot be read
  kNotCode,             ///< the return address leads to no code
  kNotUpwards,          ///< the caller's frame would not be above its callee's
  kTooDeep,
};

struct Walk {
  std::vector<RawFrame> frames;  ///< innermost first
  /// The canonical frame address of each frame; one less than frames, unless the walk is empty.
  std::vector<std::uintptr_t> cfas;
  WalkEnd end = WalkEnd::kTooDeep;
  FrameState last;  ///< the state of the last frame
  /// Callers found through the frame pointer whose code does not call their callee.
  int contradictions = 0;
  bool assumes = false;  ///< one step was made by a rule that is assumed
};

/// Walks one stack. Reads the stack from the image, so a damaged stack ends the walk and does no
/// harm.
class FrameWalker {
 public:
  static constexpr std::size_t kMostFrames = 512;

  FrameWalker(CodeFacts& facts, StackImage& image) : facts_(facts), image_(image) {}

  /// Walks up to the thread's start, or as far as it goes.
  Walk Go(FrameState state, std::size_t most_frames = kMostFrames)
      TASKLEAK_REQUIRES(Modules::Instance().mutex());

  /// Goes one step: makes the caller's state of `state`. Returns false if there is none; then `end`
  /// says why.
  bool ToCaller(FrameState* state, std::uintptr_t* cfa, WalkEnd* end)
      TASKLEAK_REQUIRES(Modules::Instance().mutex());

 private:
  std::optional<std::uintptr_t> Cfa(const FrameRule& rule, const Registers& registers);
  std::optional<std::uint64_t> CallersValue(const FrameRule& rule, unsigned number,
                                            const Registers& registers, std::uintptr_t cfa);

  CodeFacts& facts_;
  StackImage& image_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_UNWIND_FRAME_WALK_H_
