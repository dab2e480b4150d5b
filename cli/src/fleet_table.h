// Counts the waits of many processes, by the code that created the units.
#ifndef TASKLEAK_CLI_FLEET_TABLE_H_
#define TASKLEAK_CLI_FLEET_TABLE_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::cli {

/// A function that creates threads or tasks. If no creator is known, a function in which they wait.
struct FleetSite {
  UnitKind kind = UnitKind::kThread;
  bool is_creator = false;
  std::string function;  ///< plain name; empty if there is no stack either
  std::string file;      ///< may be empty
  int line = 0;
  std::size_t blocked = 0;
  std::size_t processes = 0;  ///< with such units
  std::size_t most = 0;       ///< in one process
  std::string most_in;        ///< that process
  std::map<WaitState, std::size_t> states;
  std::set<std::string> names;  ///< some of them
  Stack created_by;             ///< of the place with the most units of one process
  Stack stack;                  ///< likewise
};

enum class FleetOrder { kByBlocked, kByProcesses };

/// Counts the units in the dumps of processes, one process after the other. Its memory grows with
/// the number of sites, not with the number of dumps or units.
class FleetTable {
 public:
  /// Begins a process: units that are added from now on belong to it.
  void BeginProcess(std::string process);
  /// Adds `count` units at one place that are all like `unit`. Running and queued units are
  /// counted, but are not blocked. All others are blocked, also threads that ended unjoined.
  void Add(const Unit& unit, std::size_t count);

  [[nodiscard]] std::size_t processes() const { return processes_; }
  [[nodiscard]] std::size_t units() const { return units_; }
  /// Returns the sites, the worst first.
  [[nodiscard]] std::vector<const FleetSite*> Ranked(FleetOrder order) const;

 private:
  struct Counted {
    FleetSite site;
    std::size_t last_process = 0;     // number of the last process in which it was seen
    std::size_t in_last_process = 0;  // units
    std::size_t at_one_place = 0;     // units with the stacks that are kept
  };

  std::string process_;
  std::size_t processes_ = 0;
  std::size_t units_ = 0;
  std::map<std::tuple<UnitKind, bool, std::string>, Counted> sites_;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_FLEET_TABLE_H_
