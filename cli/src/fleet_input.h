// Reads the dumps of many processes, one after the other.
#ifndef TASKLEAK_CLI_FLEET_INPUT_H_
#define TASKLEAK_CLI_FLEET_INPUT_H_

#include <string>
#include <vector>

#include "fleet_table.h"

namespace taskleak::cli {

/// Adds all of `sources` to `table`, each dump as a process of its own. Keeps no dump in memory. A
/// source is one of these:
///   a file: a JSON report, the JSON of a recording, or a pprof profile
///   a folder: all *.json and *.pb.gz in it and below it, without profiles that lie beside a JSON
///   file of the same name
///   an http:// address: without a path, the endpoint of that host
/// Sends `token` to the addresses, unless it is empty. Returns the errors, naming the sources. Uses
/// the complete parts of a broken source.
std::vector<std::string> ReadFleet(const std::vector<std::string>& sources,
                                   const std::string& token, FleetTable& table);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_FLEET_INPUT_H_
