// Compression.
#ifndef TASKLEAK_LIVE_SRC_GZIP_H_
#define TASKLEAK_LIVE_SRC_GZIP_H_

#include <string>
#include <string_view>

namespace taskleak::live {

/// Returns `data` as one gzip member (RFC 1952). Throws std::bad_alloc if there is no memory.
std::string Gzip(std::string_view data);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_GZIP_H_
