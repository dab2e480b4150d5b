// Bytes that are a character of UTF-8, and bytes that are not.
#include "taskleak/internal/utf8.h"

#include <cstddef>
#include <string_view>

#include <gtest/gtest.h>

namespace taskleak::internal {
namespace {

using std::string_view_literals::operator""sv;

TEST(Utf8Test, LengthIsThatOfTheFirstCharacterIfThereIsOne) {
  const struct {
    const char* what;
    std::string_view text;
    std::size_t expected;
  } cases[] = {
      {"ASCII", "ab", 1},
      {"NUL", "\0"sv, 1},
      {"two bytes", "\xC3\xA9x", 2},
      {"the first of two bytes", "\xC2\x80", 2},
      {"the last of two bytes", "\xDF\xBF", 2},
      {"the first of three bytes", "\xE0\xA0\x80", 3},
      {"before the UTF-16 pairs", "\xED\x9F\xBF", 3},
      {"after the UTF-16 pairs", "\xEE\x80\x80", 3},
      {"the first of four bytes", "\xF0\x90\x80\x80", 4},
      {"the last character", "\xF4\x8F\xBF\xBF", 4},
      {"beyond the last character", "\xF4\x90\x80\x80", 0},
      {"half of a UTF-16 pair", "\xED\xA0\x80", 0},
      {"a slash in two bytes", "\xC0\xAF", 0},
      {"DEL in two bytes", "\xC1\xBF", 0},
      {"a slash in three bytes", "\xE0\x80\xAF", 0},
      {"the longest of three bytes that two have", "\xE0\x9F\xBF", 0},
      {"a slash in four bytes", "\xF0\x80\x80\xAF", 0},
      {"the longest of four bytes that three have", "\xF0\x8F\xBF\xBF", 0},
      {"a byte that continues", "\x80", 0},
      {"a byte that is in no character", "\xF5\x80\x80\x80", 0},
      {"cut off after one of two", "\xC3\xA9"sv.substr(0, 1), 0},
      {"cut off after two of three", "\xE2\x82\xAC"sv.substr(0, 2), 0},
      {"cut off after three of four", "\xF0\x9F\x98\x80"sv.substr(0, 3), 0},
      {"another character within", "\xE2\x82z", 0},
      {"another character at once", "\xC3z", 0},
  };
  for (const auto& each : cases) EXPECT_EQ(Utf8Length(each.text), each.expected) << each.what;
}

TEST(Utf8Test, ControlsAreThoseOfAsciiAndThoseBehindIt) {
  for (const std::string_view text :
       {"\0"sv, "\n"sv, "\x1b"sv, "\x1f"sv, "\x7f"sv, "\xC2\x80"sv, "\xC2\x9B"sv, "\xC2\x9F"sv})
    EXPECT_TRUE(BeginsWithControl(text)) << text.size();
  for (const std::string_view text : {" "sv, "a\n"sv, "~"sv, "\xC2\xA0"sv, "\xC3\x80"sv, "\xC2"sv})
    EXPECT_FALSE(BeginsWithControl(text)) << text;
}

}  // namespace
}  // namespace taskleak::internal
