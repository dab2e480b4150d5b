// Any bytes as a profile, with and without gzip compression: all units are reported, or there is a
// reason why the rest could not be read.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gzip.h"
#include "pprof_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::size_t units = 0;
  const auto count = [&units](const taskleak::Unit&, std::size_t) { ++units; };
  static_cast<void>(taskleak::cli::ReadPprof(taskleak::live::Gzip(bytes), count));
  // Each sample takes at least two bytes.
  if (units > size / 2) std::abort();
  if (taskleak::cli::ReadPprof(bytes, count).empty() && !bytes.starts_with("\x1f\x8b"))
    std::abort();
  return 0;
}
