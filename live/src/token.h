// Bearer tokens.
#ifndef TASKLEAK_LIVE_SRC_TOKEN_H_
#define TASKLEAK_LIVE_SRC_TOKEN_H_

#include <string_view>

namespace taskleak::live {

/// Whether the value of an Authorization header is that token (RFC 6750). How long it takes depends
/// on the length of what is presented, not on where it differs.
bool IsAuthorized(std::string_view authorization, std::string_view token);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_TOKEN_H_
