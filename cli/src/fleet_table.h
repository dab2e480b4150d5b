// What many processes wait for, by the code that created it.
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

/// A function that creates threads or tasks; where no creator is known, one in which they wait.
struct FleetSite {
  UnitKind kind = UnitKind::kThread;
  bool is_creator = false;
  std::string function;  ///< plain; empty if there is not even a stack
  std::string file;      ///< may be empty
  int line = 0;
  std::size_t blocked = 0;
  std::size_t processes = 0;  ///< in which there are such units
  std::size_t most = 0;       ///< in one process
  std::string most_in;        ///< that process
  std::map<WaitState, std::size_t> states;
  std::set<std::string> names;  ///< some of them
  Stack created_by;             ///< of those that stand where most of one process do
  Stack stack;                  ///< likewise
};

enum class FleetOrder { kByBlocked, kByProcesses };

/// Counts what the dumps of processes tell, one process after the other. What it keeps grows with
/// the number of sites and not with that of dumps or units. A plain collection.
class FleetTable {
 public:
  /// What is added from now on is `process`'s.
  void BeginProcess(std::string process);
  /// Units that stand at one place: `count` like `unit`. All are blocked but those that run and
  /// those that are queued, which are only counted. Threads that ended unjoined are.
  void Add(const Unit& unit, std::size_t count);

  [[nodiscard]] std::size_t processes() const { return processes_; }
  [[nodiscard]] std::size_t units() const { return units_; }
  /// The sites, the worst first.
  [[nodiscard]] std::vector<const FleetSite*> Ranked(FleetOrder order) const;

 private:
  struct Counted {
    FleetSite site;
    std::size_t last_process = 0;     // number of the last in which it was seen
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
