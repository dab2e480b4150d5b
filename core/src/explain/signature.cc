#include "explain/signature.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "symbolize/framework_frames.h"
#include "symbolize/function_name.h"
#include "symbolize/generated_name.h"
#include "symbolize/runtime_code.h"

namespace taskleak::explain {
namespace {

// FNV-1a, 64 bits (www.isthe.com/chongo/tech/comp/fnv): stable by definition, and good enough to
// distinguish leaks.
class Hash {
 public:
  void Add(std::string_view text) {
    for (const char c : text) AddByte(static_cast<unsigned char>(c));
    AddByte(0);
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void AddByte(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3; }

  std::uint64_t value_ = 0xcbf29ce484222325;
};

std::string WithoutNumbers(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) {
      result += c;
    } else if (result.empty() || result.back() != '#') {
      result += '#';
    }
  }
  return result;
}

enum class Names { kPlain, kSpelled };  // kSpelled: as in former signatures

// Adds the unit's own functions, from the outermost inward up to the first system frame above them.
// Former signatures have those of a test framework around them as well, although another version
// of it, or of its build, has others. Returns their number.
int AddOwnFunctions(const symbolize::ResolvedStack& stack, Names names, Hash& hash) {
  int count = 0;
  const std::size_t outer =
      names == Names::kPlain ? symbolize::CountFrameworkFrames(stack.stack) : 0;
  for (std::size_t i = stack.stack.size() - outer; i-- > 0;) {
    const Frame& frame = stack.stack[i];
    if (count > 0 && symbolize::IsSystemModule(frame.module)) break;
    if (frame.runtime) continue;
    if (frame.function.empty()) {
      if (frame.module.empty()) continue;
      hash.Add(frame.module);
      hash.Add(std::to_string(frame.module_offset));
    } else {
      hash.Add(names == Names::kPlain ? stack.plain_names[i]
                                      : symbolize::SpelledName(frame.function));
    }
    ++count;
  }
  return count;
}

// Returns whether the unit's name is part of its signature. Different programs that one function
// starts are different leaks.
bool NameCounts(UnitKind kind, const symbolize::ResolvedStack& stack,
                const symbolize::ResolvedStack& created_by) {
  Hash unused;
  return kind == UnitKind::kProcess || (AddOwnFunctions(stack, Names::kPlain, unused) == 0 &&
                                        AddOwnFunctions(created_by, Names::kPlain, unused) == 0);
}

std::string HashOf(const Unit& unit, const symbolize::ResolvedStack& stack,
                   const symbolize::ResolvedStack& created_by, Names names) {
  Hash hash;
  hash.Add(ToString(unit.kind));
  AddOwnFunctions(stack, names, hash);
  hash.Add("created by");
  AddOwnFunctions(created_by, names, hash);
  if (NameCounts(unit.kind, stack, created_by)) hash.Add(WithoutNumbers(unit.name));
  constexpr std::uint64_t kTwelveDigits = (std::uint64_t{1} << 48) - 1;
  std::array<char, 13> text;
  std::snprintf(
      text.data(), text.size(), "%012llx",
      static_cast<unsigned long long>((hash.value() ^ (hash.value() >> 48)) & kTwelveDigits));
  return text.data();
}

bool MayHaveFormer(const symbolize::ResolvedStack& stack) {
  return symbolize::CountFrameworkFrames(stack.stack) > 0 ||
         std::any_of(stack.stack.begin(), stack.stack.end(),
                     [](const Frame& frame) { return symbolize::MayBeGenerated(frame.function); });
}

}  // namespace

Signatures Sign(const Unit& unit, const symbolize::ResolvedStack& stack,
                const symbolize::ResolvedStack& created_by) {
  Signatures signatures{HashOf(unit, stack, created_by, Names::kPlain), {}};
  if (MayHaveFormer(stack) || MayHaveFormer(created_by))
    signatures.former = HashOf(unit, stack, created_by, Names::kSpelled);
  if (signatures.former == signatures.now) signatures.former.clear();
  return signatures;
}

Signatures Signer::Of(const Unit& unit, const symbolize::ResolvedStack& stack,
                      const symbolize::ResolvedStack& created_by) {
  const auto [known, is_new] = known_.try_emplace({unit.kind, &stack, &created_by});
  if (is_new && !NameCounts(unit.kind, stack, created_by))
    known->second = Sign(unit, stack, created_by);
  return known->second ? *known->second : Sign(unit, stack, created_by);
}

}  // namespace taskleak::explain
