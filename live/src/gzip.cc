#include "gzip.h"

#include <zlib.h>

#include <new>

namespace taskleak::live {

std::string Gzip(std::string_view data) {
  constexpr int kWindowBits = 15 + 16;  // the largest window; 16 asks for gzip's frame (zlib.h)
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kWindowBits, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string result(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);  // the bound holds all of it
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

}  // namespace taskleak::live
