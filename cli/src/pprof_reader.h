// Reads the pprof profiles that taskleak::live writes.
#ifndef TASKLEAK_CLI_PPROF_READER_H_
#define TASKLEAK_CLI_PPROF_READER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "taskleak/leak.h"

namespace taskleak::cli {

/// Calls `on_units` with each sample of a profile (profile.proto of github.com/google/pprof,
/// compressed with gzip): a unit with kind, state, name, creator and stack, and the number of such
/// units. Returns why the profile or a part of it could not be read, or an empty text. Refuses
/// profiles that taskleak did not write. If the program was built without protozero or zlib, the
/// error says so.
std::string ReadPprof(std::string_view data,
                      const std::function<void(const Unit& unit, std::size_t count)>& on_units);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_PPROF_READER_H_
