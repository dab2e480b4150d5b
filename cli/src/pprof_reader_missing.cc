// Replaces pprof_reader.cc if there is no protozero or zlib.
#include "pprof_reader.h"

namespace taskleak::cli {

std::string ReadPprof(std::string_view, const std::function<void(const Unit&, std::size_t)>&) {
  return "this program was built without protozero or zlib and cannot read profiles";
}

}  // namespace taskleak::cli
