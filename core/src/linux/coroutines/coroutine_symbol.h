// Finds out which functions of a program are parts of coroutines, by their linker symbols.
#ifndef TASKLEAK_SRC_LINUX_COROUTINES_COROUTINE_SYMBOL_H_
#define TASKLEAK_SRC_LINUX_COROUTINES_COROUTINE_SYMBOL_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace taskleak::platform {

/// The functions that compilers make of one coroutine.
enum class CoroutinePart : std::uint8_t {
  kNone,
  kResume,   ///< GCC's .actor (gcc/cp/coroutines.cc), Clang's .resume (llvm, CoroSplit.cpp)
  kDestroy,  ///< .destroy of both
  kCleanup,  ///< Clang's .cleanup: destroys a frame that is part of its caller's
};

/// Returns whether `text` is empty, or a suffix of link-time optimization that distinguishes
/// functions of the same name: ".4", ".lto_priv.0", ".llvm.1809".
constexpr bool IsNumbering(std::string_view text) {
  for (const std::string_view by : {".lto_priv", ".llvm"}) {
    if (text.starts_with(by)) text.remove_prefix(by.size());
  }
  if (text.empty()) return true;
  return text.size() > 1 && text[0] == '.' &&
         text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

/// Returns the part that `suffix` names: the end of a symbol from a dot on. Parts of
/// parts (".actor.cold") count as none.
constexpr CoroutinePart PartOfSuffix(std::string_view suffix) {
  struct Name {
    std::string_view text;
    CoroutinePart part;
  };
  constexpr std::array<Name, 4> kNames = {{{".actor", CoroutinePart::kResume},
                                           {".resume", CoroutinePart::kResume},
                                           {".destroy", CoroutinePart::kDestroy},
                                           {".cleanup", CoroutinePart::kCleanup}}};
  for (const Name& name : kNames) {
    if (!suffix.starts_with(name.text)) continue;
    const bool whole = IsNumbering(suffix.substr(name.text.size()));
    return whole ? name.part : CoroutinePart::kNone;
  }
  return CoroutinePart::kNone;
}

/// Returns the part that a linker symbol names.
constexpr CoroutinePart PartOfSymbol(std::string_view symbol) {
  for (std::size_t dot = symbol.find('.'); dot != std::string_view::npos;
       dot = symbol.find('.', dot + 1)) {
    const CoroutinePart part = PartOfSuffix(symbol.substr(dot));
    if (part != CoroutinePart::kNone) return part;
  }
  return CoroutinePart::kNone;
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COROUTINES_COROUTINE_SYMBOL_H_
