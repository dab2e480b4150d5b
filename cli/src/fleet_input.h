// Reads the dumps of many processes, one after the other.
#ifndef TASKLEAK_CLI_FLEET_INPUT_H_
#define TASKLEAK_CLI_FLEET_INPUT_H_

#include <string>
#include <vector>

#include "fleet_table.h"

namespace taskleak::cli {

/// Adds all of `sources` to `table`, each dump as a process of its own, and keeps none. A source is
/// a file (a JSON report, the JSON of a recording, or a pprof profile), a folder (all *.json and
/// *.pb.gz in it and below it; the profile beside a JSON file of the same name is left out) or an
/// http:// address, which without a path means that host's endpoint. `token` goes to those, if it
/// is not empty. Returns what could not be read, naming the source; what is whole in it is used.
std::vector<std::string> ReadFleet(const std::vector<std::string>& sources,
                                   const std::string& token, FleetTable& table);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_FLEET_INPUT_H_
