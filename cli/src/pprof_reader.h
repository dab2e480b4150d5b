// Reads the pprof profiles that taskleak::live writes.
#ifndef TASKLEAK_CLI_PPROF_READER_H_
#define TASKLEAK_CLI_PPROF_READER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "taskleak/leak.h"

namespace taskleak::cli {

/// Gives `on_units` each sample of a profile (profile.proto of github.com/google/pprof, compressed
/// with gzip): a unit with the kind, state, name, creator and stack that it tells of, and how many
/// there are. Returns why it, or the rest of it, could not be read, or an empty text. Profiles that
/// taskleak did not write are refused. A program that was built without protozero or zlib says so.
std::string ReadPprof(std::string_view data,
                      const std::function<void(const Unit& unit, std::size_t count)>& on_units);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_PPROF_READER_H_
