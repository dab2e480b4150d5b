#include "linux/arch/x86_64/prologue.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

namespace taskleak::platform::x86_64 {
namespace {

constexpr unsigned kRspNumber = 4;  // as instructions encode registers
constexpr unsigned kRbpNumber = 5;

// Steps through straight-line code (Intel SDM volume 2, chapter 2: instruction format). Knows the
// few instructions that compilers put between those of a prologue.
class PrologueDecoder {
 public:
  explicit PrologueDecoder(std::span<const unsigned char> code)
      : at_(code.data()), end_(code.data() + code.size()) {}

  Prologue Decode() {
    constexpr std::array<unsigned char, 4> kEndbr64 = {0xf3, 0x0f, 0x1e, 0xfa};
    Skip(kEndbr64);
    constexpr std::size_t kLongest = 15;  // of any instruction
    while (Left() >= kLongest && !done_ && DecodeOne()) {
    }
    return prologue_;
  }

 private:
  [[nodiscard]] std::size_t Left() const { return static_cast<std::size_t>(end_ - at_); }

  bool DecodeOne() {
    if (*at_ == 0x66 || *at_ == 0xf2 || *at_ == 0xf3) return DecodeVector(1);
    rex_ = (*at_ & 0xf0U) == 0x40U ? *at_++ : 0U;
    const unsigned op = *at_++;
    if (op >= 0x50 && op <= 0x57) return Push((op - 0x50) | ((rex_ & 1U) << 3));
    pushes_ = false;
    if (op >= 0xb8 && op <= 0xbf) {  // mov $imm,%reg
      at_ += (rex_ & 8U) != 0 ? 8 : 4;
      return (rex_ & 1U) != 0 || (op != 0xb8 + kRspNumber && op != 0xb8 + kRbpNumber);
    }
    switch (op) {
      case 0x0f:
        return DecodeTwoBytes();
      case 0x89:  // mov, add, or, and, sub, xor: register to register or memory
      case 0x01:
      case 0x09:
      case 0x21:
      case 0x29:
      case 0x31:
        return DecodeOperands(0, Writes::kMemory);
      case 0x8b:  // the same, lea and movslq: to register
      case 0x03:
      case 0x0b:
      case 0x23:
      case 0x2b:
      case 0x33:
      case 0x8d:
      case 0x63:
        return DecodeOperands(0, Writes::kRegister);
      case 0x69:  // imul with a constant
        return DecodeOperands(4, Writes::kRegister);
      case 0x6b:
        return DecodeOperands(1, Writes::kRegister);
      case 0xc1:  // shifts by a constant, by one
        return DecodeOperands(1, Writes::kMemory);
      case 0xd1:
        return DecodeOperands(0, Writes::kMemory);
      case 0x98:  // cdqe and cqo, which are of rax
      case 0x99:
        return true;
      case 0x85:  // test, cmp
      case 0x39:
      case 0x3b:
        return DecodeOperands(0, Writes::kNothing);
      case 0x83:
        return Arithmetic(1);
      case 0x81:
        return Arithmetic(4);
      case 0xc7:  // mov $imm
        return DecodeOperands(4, Writes::kMemory);
      default:
        return false;
    }
  }

  bool DecodeVector(std::size_t prefix) {
    pushes_ = false;
    at_ += prefix;
    rex_ = (*at_ & 0xf0U) == 0x40U ? *at_++ : 0U;
    return *at_++ == 0x0f && DecodeTwoBytes();
  }

  // Moves to and from SSE registers, and clearing them; imul, movzx and movsx.
  bool DecodeTwoBytes() {
    switch (*at_++) {
      case 0xaf:
      case 0xb6:
      case 0xb7:
      case 0xbe:
      case 0xbf:
        return DecodeOperands(0, Writes::kRegister);
      case 0x10:
      case 0x11:
      case 0x16:
      case 0x17:
      case 0x28:
      case 0x29:
      case 0x57:
      case 0x6c:
      case 0x6e:
      case 0x6f:
      case 0x7f:
      case 0xd6:
      case 0xef:
        return DecodeOperands(0, Writes::kNothing);
      default:
        return false;
    }
  }

  bool Push(unsigned number) {
    if (prologue_.sets_frame_pointer) {
      // Registers of the caller are saved; one more push among these aligns. Later ones are
      // arguments of a call.
      constexpr unsigned kRbxNumber = 3;
      constexpr unsigned kR12Number = 12;
      if (!pushes_ && number != kRbxNumber && number < kR12Number) return false;
      prologue_.below += 8;
      return true;
    }
    // Anything pushed before rbp makes a frame of another form.
    if (number != kRbpNumber || pushed_) return false;
    pushed_ = true;
    return true;
  }

  enum class Writes { kNothing, kMemory, kRegister };

  // ModRM, SIB, displacement and immediate. False if it changes rsp or rbp, except for the one
  // mov that sets the frame pointer.
  bool DecodeOperands(std::size_t immediate, Writes writes) {
    const unsigned op = at_[-1];
    const unsigned modrm = *at_++;
    constexpr unsigned kR11FromRsp = 0x9c;  // lea of r11 with SIB and a displacement of 4 bytes
    if (rex_ == 0x4c && op == 0x8d && modrm == kR11FromRsp && *at_ == 0x24)
      loop_ = -Immediate(at_ + 1, 4);
    const unsigned mod = modrm >> 6;
    const unsigned reg = ((modrm >> 3) & 7U) | ((rex_ & 4U) << 1);
    const unsigned rm = (modrm & 7U) | ((rex_ & 1U) << 3);
    const bool from_rsp = writes != Writes::kNothing && (rex_ & 8U) != 0 && mod == 3 &&
                          ((op == 0x89 && reg == kRspNumber && rm == kRbpNumber) ||
                           (op == 0x8b && rm == kRspNumber && reg == kRbpNumber));
    if (from_rsp && pushed_ && !prologue_.sets_frame_pointer) {
      prologue_.sets_frame_pointer = true;
      pushes_ = true;
      return true;
    }
    if (mod != 3) {
      const unsigned base = (modrm & 7U) == 4 ? *at_++ & 7U : modrm & 7U;
      if (mod == 1) at_ += 1;
      if (mod == 2 || (mod == 0 && base == 5)) at_ += 4;
    }
    at_ += immediate;
    const bool memory_operand_is_register = mod == 3;
    if (writes == Writes::kRegister) return reg != kRspNumber && reg != kRbpNumber;
    if (writes == Writes::kMemory && memory_operand_is_register)
      return rm != kRspNumber && rm != kRbpNumber;
    return true;
  }

  // add, or, ..., cmp with an immediate operand of `width` bytes.
  bool Arithmetic(std::size_t width) {
    const unsigned modrm = *at_;
    const unsigned operation = (modrm >> 3) & 7U;
    constexpr unsigned kAdd = 0;
    constexpr unsigned kAnd = 4;
    constexpr unsigned kSub = 5;
    constexpr unsigned kCmp = 7;
    constexpr unsigned kSubFromR11 = 0xeb;
    if (rex_ == 0x49 && modrm == kSubFromR11 && width == 4) loop_ = Immediate(at_ + 1, width);
    const bool on_rsp = rex_ == 0x48 && (modrm & 0xc7U) == (0xc0U | kRspNumber);
    if (!on_rsp)
      return DecodeOperands(width, operation == kCmp ? Writes::kNothing : Writes::kMemory);
    const std::int64_t value = Immediate(at_ + 1, width);
    at_ += 1 + width;
    if (operation == kAnd) {  // with minus the alignment
      if (!prologue_.sets_frame_pointer) return true;
      prologue_.slack = static_cast<std::size_t>(std::clamp<std::int64_t>(-value - 8, 0, 4096));
      return true;
    }
    const std::int64_t down = operation == kSub ? value : -value;
    if ((operation != kSub && operation != kAdd) || down < 0) return false;
    GoDown(down);
    done_ = !SkipProbe(down);
    return true;
  }

  // After each page that it takes, a function that is compiled with -fstack-clash-protection
  // touches the stack, in a loop if there are many.
  bool SkipProbe(std::int64_t down) {
    constexpr std::int64_t kPage = 4096;
    constexpr std::array<unsigned char, 5> kOr = {0x48, 0x83, 0x0c, 0x24, 0x00};          // GCC
    constexpr std::array<unsigned char, 4> kOrByte = {0x80, 0x0c, 0x24, 0x00};            // GCC 16
    constexpr std::array<unsigned char, 8> kMove = {0x48, 0xc7, 0x04, 0x24, 0, 0, 0, 0};  // clang
    constexpr std::array<unsigned char, 4> kLoop = {0x4c, 0x39, 0xdc, 0x75};  // cmp %r11,%rsp; jne
    if (down != kPage || (!Skip(kOr) && !Skip(kOrByte) && !Skip(kMove))) return false;
    if (!Skip(kLoop)) return true;
    ++at_;  // how far the jump goes
    if (loop_ < kPage) return false;
    GoDown(loop_ - kPage);
    return true;
  }

  void GoDown(std::int64_t distance) {
    if (prologue_.sets_frame_pointer) prologue_.below += static_cast<std::size_t>(distance);
  }

  template <std::size_t kSize>
  bool Skip(const std::array<unsigned char, kSize>& bytes) {
    if (Left() <= kSize || std::memcmp(at_, bytes.data(), kSize) != 0) return false;
    at_ += kSize;
    return true;
  }

  static std::int64_t Immediate(const unsigned char* bytes, std::size_t width) {
    if (width == 1) return static_cast<signed char>(*bytes);
    std::int32_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }

  const unsigned char* at_;
  const unsigned char* end_;
  unsigned rex_ = 0;
  bool pushed_ = false;
  bool pushes_ = false;    // nothing but pushes since the frame pointer was set
  std::int64_t loop_ = 0;  // how far down r11 marks the end of a loop
  bool done_ = false;
  Prologue prologue_;
};

// sub %reg,%rsp or mov %reg,%rsp, but for the mov %rbp,%rsp that ends a frame; sub memory,%rsp.
bool MovesStackPointer(unsigned rex, unsigned op, unsigned modrm) {
  if (op == 0x2b) return (rex & 0xfcU) == 0x48U && ((modrm >> 3) & 7U) == kRspNumber;
  if ((rex & 0xfbU) != 0x48U || (modrm & 0xc7U) != (0xc0U | kRspNumber)) return false;
  const bool from_rbp = rex == 0x48U && ((modrm >> 3) & 7U) == kRbpNumber;
  return op == 0x29 || (op == 0x89 && !from_rbp);
}

}  // namespace

Prologue DecodePrologue(std::span<const unsigned char> code) {
  return PrologueDecoder(code).Decode();
}

bool TakesStackAtRunTime(std::span<const unsigned char> code) {
  for (std::size_t i = 0; i + 3 <= code.size(); ++i) {
    if (MovesStackPointer(code[i], code[i + 1], code[i + 2])) return true;
  }
  return false;
}

}  // namespace taskleak::platform::x86_64
