// Bearer tokens.
#ifndef TASKLEAK_LIVE_SRC_TOKEN_H_
#define TASKLEAK_LIVE_SRC_TOKEN_H_

#include <string_view>

namespace taskleak::live {

/// Returns true if the value of an Authorization header is that token (RFC 6750). The time it takes
/// depends on the length of the presented token, not on the place of a difference.
bool IsAuthorized(std::string_view authorization, std::string_view token);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_TOKEN_H_
