#include "linux/unwind/callers.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <unordered_set>
#include <utility>

#include "linux/arch/decode.h"
#include "linux/proc/memory.h"

namespace taskleak::platform {
namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10;

// Returns the entries of `ascending` whose first value is `target`.
using Entry = std::pair<std::uintptr_t, std::uintptr_t>;
std::span<const Entry> Of(std::span<const Entry> ascending, std::uintptr_t target) {
  const auto first = std::lower_bound(ascending.begin(), ascending.end(), Entry(target, 0));
  const auto last = std::upper_bound(first, ascending.end(), Entry(target, UINTPTR_MAX));
  return {first, last};
}

}  // namespace

CallIndex::CallIndex() {
  for (const Modules::Range& range : Modules::Instance().code()) Read(range.begin, range.end);
  std::sort(calls_.begin(), calls_.end());
  std::sort(jumps_.begin(), jumps_.end());
  std::sort(slots_.begin(), slots_.end());
}

// Reads code in chunks, which overlap by the longest instruction or entry.
void CallIndex::Read(std::uintptr_t begin, std::uintptr_t end) {
  std::vector<unsigned char> code(kChunk + decoders::kLongestJump);
  for (std::uintptr_t at = begin; at < end; at += kChunk) {
    const std::size_t size =
        ReadMemory(at, code.data(), std::min<std::size_t>(code.size(), end - at));
    Look(std::span(code).first(size), at);
  }
}

void CallIndex::Look(std::span<const unsigned char> code, std::uintptr_t start) {
  for (std::size_t i = 0; i < kChunk && i + decoders::kLongestCall <= code.size();
       i += decoders::kStep) {
    if (!decoders::MayBranch(code.data() + i)) continue;
    const std::uintptr_t at = start + i;
    const std::uintptr_t after = at + decoders::kLongestCall;
    const Branch call =
        decoders::DecodeCall(code.subspan(i).first<decoders::kLongestCall>(), after);
    if (call.kind == Branch::Kind::kDirect) {
      calls_.emplace_back(call.address, after);
    } else if (i + decoders::kLongestJump <= code.size()) {
      const Branch jump = decoders::DecodeJump(code.subspan(i).first<decoders::kLongestJump>(), at);
      if (jump.kind == Branch::Kind::kDirect) jumps_.emplace_back(jump.address, at);
      if (jump.kind == Branch::Kind::kSlot) slots_.emplace_back(jump.address, at);
    }
  }
}

// Reads the slots in pieces, since the slots of a module follow each other.
std::vector<std::uintptr_t> CallIndex::ReadSlots() const {
  constexpr std::size_t kWord = sizeof(std::uintptr_t);
  std::vector<std::uintptr_t> targets;
  targets.reserve(slots_.size());
  std::array<std::uintptr_t, 512> piece;
  std::uintptr_t begin = 0;
  std::size_t size = 0;
  for (const auto& [slot, at] : slots_) {
    if (slot % kWord == 0 && slot - begin >= size) {
      begin = slot;
      size = ReadMemory(begin, piece.data(), sizeof piece) / kWord * kWord;
    }
    const bool read = slot % kWord == 0 && slot - begin < size;
    targets.push_back(read ? piece[(slot - begin) / kWord] : 0);
  }
  return targets;
}

void CallIndex::UpdateSlots() {
  std::vector<std::uintptr_t> targets = ReadSlots();
  if (targets == slot_targets_) return;
  filled_.clear();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (targets[i] != 0) filled_.emplace_back(targets[i], slots_[i].second);
  }
  std::sort(filled_.begin(), filled_.end());
  callers_.clear();
  slot_targets_ = std::move(targets);
}

std::unordered_set<std::uintptr_t> CallIndex::LeadingTo(std::uintptr_t function,
                                                        std::span<const Entry> filled) const {
  constexpr int kMostJumps = 3;
  std::unordered_set<std::uintptr_t> targets = {function};
  for (int i = 0; i < kMostJumps; ++i) {
    const std::vector<std::uintptr_t> known(targets.begin(), targets.end());
    for (const std::uintptr_t target : known) {
      for (const auto jumps : {Of(jumps_, target), Of(filled, target)}) {
        // A call may lead to the jump itself, as to an entry of a procedure linkage table (or to
        // the hint before it), or to the function that ends with it.
        for (const auto& [to, at] : jumps) {
          targets.insert(at);
          const std::uintptr_t start = Modules::Instance().FunctionStart(at);
          if (start != 0) targets.insert(start);
        }
      }
    }
    if (targets.size() == known.size()) break;
  }
  return targets;
}

const std::vector<std::uintptr_t>& CallIndex::CallersOf(std::uintptr_t function) {
  UpdateSlots();
  const auto known = callers_.find(function);
  if (known != callers_.end()) return known->second;
  std::vector<std::uintptr_t> callers;
  for (const std::uintptr_t target : LeadingTo(function, filled_)) {
    for (const auto& [to, after] : Of(calls_, target)) callers.push_back(after);
  }
  return callers_.emplace(function, std::move(callers)).first->second;
}

bool CallIndex::JumpsTo(std::uintptr_t start, std::uintptr_t function) const {
  return LeadingTo(function, {}).contains(start);
}

}  // namespace taskleak::platform
