#include "token.h"

#include <cstddef>

namespace taskleak::live {

bool IsAuthorized(std::string_view authorization, std::string_view token) {
  constexpr std::string_view kScheme = "Bearer ";
  if (authorization.substr(0, kScheme.size()) != kScheme) return false;
  const std::string_view presented = authorization.substr(kScheme.size());
  std::size_t difference = presented.size() ^ token.size();
  for (std::size_t i = 0; i < presented.size(); ++i) {
    const char expected = token.empty() ? '\0' : token[i % token.size()];
    difference |= static_cast<unsigned char>(presented[i] ^ expected);
  }
  // The result is read once, at the end.
  const volatile std::size_t result = difference;
  return result == 0;
}

}  // namespace taskleak::live
