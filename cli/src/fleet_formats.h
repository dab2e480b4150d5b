// The output of `taskleak fleet`.
#ifndef TASKLEAK_CLI_FLEET_FORMATS_H_
#define TASKLEAK_CLI_FLEET_FORMATS_H_

#include <cstddef>
#include <string>

#include "fleet_table.h"

namespace taskleak::cli {

struct FleetFormatOptions {
  FleetOrder order = FleetOrder::kByBlocked;
  std::size_t most_sites = 20;  ///< 0: all
};

// Each function returns the whole document.
std::string FleetText(const FleetTable& table, const FleetFormatOptions& options);
/// Returns the table as JSON (docs/live.md describes the fields).
std::string FleetJson(const FleetTable& table, const FleetFormatOptions& options);
/// Returns one self-contained file.
std::string FleetHtml(const FleetTable& table, const FleetFormatOptions& options);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_FLEET_FORMATS_H_
