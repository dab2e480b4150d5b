// Characters of UTF-8. For taskleak's own parts.
#ifndef TASKLEAK_INTERNAL_UTF8_H_
#define TASKLEAK_INTERNAL_UTF8_H_

#include <cstddef>
#include <string_view>

#pragma GCC visibility push(default)  // what a shared taskleak exports

namespace taskleak::internal {

/// Returns how many bytes the first character of `text` has in UTF-8 (RFC 3629, section 4). `text`
/// must not be empty. Returns 0 if it does not begin with a character: with a byte that cannot
/// begin one, a character that is cut off or longer than necessary, half of a UTF-16 pair, or one
/// beyond U+10FFFF.
constexpr std::size_t Utf8Length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool no_character = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
  return overlong || no_character ? 0 : length;
}

/// Returns true if `text`, which must not be empty, begins with a control character (Unicode's
/// general category Cc: C0, DEL and C1), with which terminals move their cursor, or with a line
/// end.
constexpr bool BeginsWithControl(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x20 || byte(0) == 0x7F) return true;
  return byte(0) == 0xC2 && text.size() > 1 && byte(1) >= 0x80 && byte(1) < 0xA0;
}

}  // namespace taskleak::internal

#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_UTF8_H_
