// Holds what was decoded from machine code, for any processor.
#ifndef TASKLEAK_SRC_LINUX_ARCH_DECODED_H_
#define TASKLEAK_SRC_LINUX_ARCH_DECODED_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>

namespace taskleak::platform {

/// A call or an unconditional jump.
struct Branch {
  enum class Kind : std::uint8_t {
    kNone,      ///< there is no such instruction
    kDirect,    ///< leads to `address`
    kSlot,      ///< leads to the address that is stored at `address`
    kAnywhere,  ///< goes through a register, or through memory that a register points to
  };
  Kind kind = Kind::kNone;
  std::uintptr_t address = 0;

  bool operator==(const Branch&) const = default;
};

/// Says how a function sets up its frame.
struct Prologue {
  bool sets_frame_pointer = false;
  /// How far the stack pointer is below the frame pointer after it. In the function's body it may
  /// be more (arguments on the stack, alloca), not less.
  std::size_t below = 0;
  std::size_t slack = 0;  ///< by how much more if the prologue aligns the stack pointer

  bool operator==(const Prologue&) const = default;
};

/// Holds the single bytes that code uses of the memory behind a register, such as a coroutine's
/// frame, by their offset.
struct ByteUses {
  std::set<std::size_t> read;
  std::map<std::size_t, std::set<std::uint32_t>> stored;  ///< the constants that are stored there

  bool operator==(const ByteUses&) const = default;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_DECODED_H_
