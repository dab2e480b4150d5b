#include "linux/unwind/callers.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>

#include "linux/arch/decode.h"
#include "linux/proc/memory.h"

namespace taskleak::platform {
namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10;

// Goes through the code once for each length of chains of jumps.
class Scan {
 public:
  explicit Scan(std::uintptr_t function) : targets_({function}) {}

  std::vector<std::uintptr_t> Run() TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    constexpr int kMostJumps = 3;
    for (int i = 0; i < kMostJumps; ++i) {
      const std::size_t known = targets_.size();
      callers_.clear();
      for (const Modules::Range& range : Modules::Instance().code()) Read(range.begin, range.end);
      if (targets_.size() == known) break;
    }
    return std::move(callers_);
  }

 private:
  // Chunks overlap by what one instruction or entry may need beyond its beginning.
  void Read(std::uintptr_t begin, std::uintptr_t end)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    code_.resize(kChunk + decoders::kLongestJump);
    for (std::uintptr_t at = begin; at < end; at += kChunk) {
      const std::size_t wanted = std::min<std::size_t>(code_.size(), end - at);
      const std::size_t size = ReadMemory(at, code_.data(), wanted);
      Look(std::span(code_).first(size), at);
    }
  }

  void Look(std::span<const unsigned char> code, std::uintptr_t start)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    for (std::size_t i = 0; i < kChunk && i + decoders::kLongestCall <= code.size();
         i += decoders::kStep) {
      const std::uintptr_t after = start + i + decoders::kLongestCall;
      const Branch call =
          decoders::DecodeCall(code.subspan(i).first<decoders::kLongestCall>(), after);
      if (call.kind == Branch::Kind::kDirect) {
        if (targets_.contains(call.address)) callers_.push_back(after);
      } else if (i + decoders::kLongestJump <= code.size()) {
        const Branch jump =
            decoders::DecodeJump(code.subspan(i).first<decoders::kLongestJump>(), start + i);
        if (jump.kind != Branch::Kind::kNone) AddJump(jump, start + i);
      }
    }
  }

  // A call may lead to the jump itself, as to an entry of a procedure linkage table (or to the hint
  // before it), or to the function that ends with it.
  void AddJump(const Branch& jump, std::uintptr_t at)
      TASKLEAK_REQUIRES(Modules::Instance().mutex()) {
    auto to = std::optional(jump.address);
    if (jump.kind == Branch::Kind::kSlot) to = ReadValue<std::uintptr_t>(jump.address);
    if (!to || !targets_.contains(*to) || !targets_.insert(at).second) return;
    const std::uintptr_t start = Modules::Instance().FunctionStart(at);
    if (start != 0) targets_.insert(start);
  }

  std::unordered_set<std::uintptr_t> targets_;
  std::vector<std::uintptr_t> callers_;
  std::vector<unsigned char> code_;
};

}  // namespace

std::vector<std::uintptr_t> FindCallersOf(std::uintptr_t function) { return Scan(function).Run(); }

}  // namespace taskleak::platform
