#include "symbolize/function_name.h"

#include <cxxabi.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "symbolize/generated_name.h"

namespace taskleak::symbolize {
namespace {

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$';
}

// Longest first, so that the first match is the whole operator.
constexpr std::array<std::string_view, 43> kOperators = {
    "<=>", "<<=", ">>=", "->*", "()", "[]", "<<",     ">>",        "<=",   ">=",     "==",
    "!=",  "&&",  "||",  "++",  "--", "+=", "-=",     "*=",        "/=",   "%=",     "&=",
    "|=",  "^=",  "->",  "<",   ">",  "+",  "-",      "*",         "/",    "%",      "&",
    "|",   "^",   "~",   "!",   "=",  ",",  " new[]", " delete[]", " new", " delete"};

// The suffixes that compilers append to the symbol of a copy or a part of a function.
constexpr std::array<std::string_view, 14> kCloneSuffixes = {
    ".part.",   ".isra.", ".constprop.", ".cold",       ".actor",  ".resume",  ".destroy",
    ".cleanup", ".llvm.", ".lto_priv",   ".localalias", ".clone.", ".__uniq.", ".hot"};

// Reads one demangled name from left to right and keeps what PlainName promises. Never fails: if a
// text is not a function name, it keeps a part of it.
class NameReader {
 public:
  NameReader(std::string_view text, int depth) : text_(text), depth_(depth) {}

  std::string Read() {
    while (at_ < text_.size() && !done_) Step();
    return std::move(name_);
  }

 private:
  [[nodiscard]] bool Sees(std::string_view word) const {
    return text_.substr(at_).starts_with(word);
  }
  [[nodiscard]] bool AtComponentStart() const { return name_.empty() || name_.ends_with("::"); }

  void Step() {
    switch (text_[at_]) {
      case ' ':
        return Space();
      case '<':
      case '[':
        return SkipBalanced();
      case '(':
        return Parenthesis();
      case '{':
        return Braces();
      case '\'':
        return Quoted();
      case '$':
        return Dollar();
      case '.':
        return Dot();
      case '@':
        done_ = true;
        return;
      default:
        break;
    }
    if (AtComponentStart() && Sees("operator") &&
        (at_ + 8 >= text_.size() || !IsWordCharacter(text_[at_ + 8]))) {
      return Operator();
    }
    name_ += text_[at_++];
  }

  // Drops what stood before a space: a return type, or a remark such as "virtual thunk to".
  void Space() {
    ++at_;
    if (name_.ends_with("decltype") && Sees("(")) {
      SkipBalanced();
    } else if (Sees("[clone") || Sees("(.")) {
      done_ = true;
    } else if (at_ < text_.size()) {
      name_.clear();
    }
  }

  void Parenthesis() {
    constexpr std::string_view kAnonymous = "(anonymous namespace)";
    if (Sees(kAnonymous)) {
      name_ += kAnonymous;
      at_ += kAnonymous.size();
      return;
    }
    const bool of_decltype = name_.ends_with("decltype");
    const bool declarator = name_.empty() && at_ + 1 < text_.size();
    const std::size_t begin = at_ + 1;
    SkipBalanced();
    if (of_decltype) return;
    if (declarator && depth_ < 8) {  // "void (*Get(int))(char)": the name is inside
      std::string_view inner = text_.substr(begin, at_ - begin);
      if (inner.ends_with(')')) inner.remove_suffix(1);
      while (!inner.empty() && (inner.front() == '*' || inner.front() == '&'))
        inner.remove_prefix(1);
      name_ = NameReader(inner, depth_ + 1).Read();
      done_ = true;
      return;
    }
    AfterParameters();
  }

  // Skips further parameters (of a returned function) and qualifiers. After them comes a local
  // entity or the end.
  void AfterParameters() {
    bool skipped = true;
    while (skipped) {
      skipped = false;
      if (Sees("(") && !Sees("(anonymous namespace)")) {
        SkipBalanced();
        skipped = true;
      }
      if (Sees("[abi:")) {
        SkipBalanced();
        skipped = true;
      }
      for (const std::string_view word : {" const", " volatile", " &&", " &", " noexcept"}) {
        if (!Sees(word)) continue;
        at_ += word.size();
        skipped = true;
      }
    }
    if (!Sees("::")) done_ = true;
  }

  // "{lambda(int)#1}", "{unnamed type#1}", "{default arg#1}"
  void Braces() {
    const std::size_t begin = at_ + 1;
    SkipBalanced();
    std::string_view inner = text_.substr(begin, at_ - begin);
    inner = inner.substr(0, inner.find_first_of("(#}<"));
    name_ += '{';
    name_ += inner;
    name_ += '}';
  }

  // The LLVM demangler's "'lambda0'(int)" and "'unnamed1'"
  void Quoted() {
    ++at_;
    const std::string_view inner = text_.substr(at_, text_.find('\'', at_) - at_);
    at_ = std::min(text_.size(), at_ + inner.size() + 1);
    name_ += inner.starts_with("lambda") ? "{lambda}" : "{unnamed type}";
  }

  // Clang numbers local lambdas "$_0", "$_1".
  void Dollar() {
    if (!AtComponentStart() || !Sees("$_")) {
      name_ += text_[at_++];
      return;
    }
    at_ += 2;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    name_ += "{lambda}";
  }

  void Dot() {
    const bool number = at_ + 1 < text_.size() && text_[at_ + 1] >= '0' && text_[at_ + 1] <= '9';
    const bool suffix = number || std::any_of(kCloneSuffixes.begin(), kCloneSuffixes.end(),
                                              [this](std::string_view s) { return Sees(s); });
    if (suffix && !name_.empty()) {
      done_ = true;
    } else {
      name_ += text_[at_++];
    }
  }

  void Operator() {
    name_ += "operator";
    at_ += 8;
    for (const std::string_view symbol : kOperators) {
      if (!Sees(symbol)) continue;
      const bool word = symbol.front() == ' ';
      const std::size_t end = at_ + symbol.size();
      if (word && end < text_.size() && IsWordCharacter(text_[end])) continue;
      name_ += symbol;
      at_ = end;
      if (Sees(" <")) ++at_;
      return;
    }
    ConversionType();
  }

  // "operator unsigned int", "operator std::function<void ()>", "operator\"\" _ms"
  void ConversionType() {
    while (at_ < text_.size() && text_[at_] != '(' && text_[at_] != '[') {
      if (text_[at_] == '<') {
        SkipBalanced();
      } else {
        name_ += text_[at_++];
      }
    }
    while (name_.ends_with(' ')) name_.pop_back();  // "operator void (*)(int)()"
  }

  // Skips from the opening bracket here to its end, or to the end of the text if it is never
  // closed. A '>' inside round brackets is a comparison, and "->" never closes.
  void SkipBalanced() {
    std::string closers;
    do {
      const char c = text_[at_];
      const bool angle = c == '<' || c == '>';
      const bool comparison = angle && !closers.empty() && (text_[at_ - 1] == '-' || OfOperator());
      if (!comparison) {
        if (!closers.empty() && c == closers.back())
          closers.pop_back();
        else if (const char closer = Closer(c); closer != 0)
          closers += closer;
      }
      ++at_;
    } while (at_ < text_.size() && !closers.empty());
  }

  static char Closer(char opener) {
    switch (opener) {
      case '(':
        return ')';
      case '[':
        return ']';
      case '{':
        return '}';
      case '<':
        return '>';
      default:
        return 0;
    }
  }

  // True inside "operator<", "operator<<", "operator>" within brackets, and in "(1)<(2)".
  [[nodiscard]] bool OfOperator() const {
    std::size_t begin = at_;
    while (begin > 0 && (text_[begin - 1] == '<' || text_[begin - 1] == '>')) --begin;
    if (text_.substr(0, begin).ends_with("operator")) return true;
    return begin > 0 && text_[begin - 1] == ')' && at_ + 1 < text_.size() && text_[at_ + 1] == '(';
  }

  std::string_view text_;
  int depth_;
  std::size_t at_ = 0;
  bool done_ = false;
  std::string name_;
};

// Returns an empty text if the C++ runtime cannot read the symbol.
std::string DemangleWhole(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
  return name == nullptr ? std::string() : name.get();
}

// True for "Queue<int>", and false for "operator>", "operator->" and "operator<=>".
bool EndsInArguments(std::string_view name) {
  const std::string_view word = name.substr(0, name.find_last_not_of("<=->") + 1);
  return name.ends_with('>') && !word.ends_with("operator");
}

// Clang since 18 and GCC since 14 write the constraints of template arguments into symbols (the
// Itanium C++ ABI's <template-param-decl>, "Tk", "Tn" and others). libstdc++ before 14 cannot read
// these. For such a symbol, returns the name up to these arguments: "app::Queue<int>::Push<...>".
// Returns an empty text if that cannot be read either.
std::string DemangleUpToConstraint(std::string symbol) {
  constexpr std::size_t kPrefix = 2;  // "_Z"
  for (;;) {
    for (std::size_t end = symbol.rfind('I'); end != symbol.npos && end > kPrefix;
         end = symbol.rfind('I', end - 1)) {
      for (const char* const closed : {"E", ""}) {  // a nested name, or another one
        const std::string name = DemangleWhole(symbol.substr(0, end) + closed);
        if (!name.empty() && !EndsInArguments(name)) return name + "<...>";
      }
    }
    // A local entity cannot be named without its function, but the function can.
    if (symbol.size() <= kPrefix || symbol[kPrefix] != 'Z') return {};
    symbol.erase(kPrefix, 1);
  }
}

}  // namespace

std::string Demangle(const char* symbol) {
  std::string unversioned(symbol, std::strcspn(symbol, "@"));
  if (!unversioned.starts_with("_Z")) return unversioned;
  std::string name = DemangleWhole(unversioned);
  if (name.empty()) name = DemangleUpToConstraint(unversioned);
  return name.empty() ? unversioned : name;
}

std::string PlainName(std::string_view demangled) {
  return WithoutGeneratedNames(SpelledName(demangled));
}

std::string SpelledName(std::string_view demangled) {
  std::string name = NameReader(demangled, 0).Read();
  // The function behind a lambda's conversion to a function pointer: GCC "_FUN", Clang "__invoke".
  constexpr std::string_view kClangInvoker = "{lambda}::__invoke";
  if (name.ends_with(kClangInvoker)) {
    name.resize(name.size() - kClangInvoker.size());
    name += "{lambda}::_FUN";
  }
  return name;
}

}  // namespace taskleak::symbolize
