// Plants an intended leak, with which `taskleak self-test` tests whether a gate catches leaks.
#ifndef TASKLEAK_SRC_RUN_PLANTED_LEAK_H_
#define TASKLEAK_SRC_RUN_PLANTED_LEAK_H_

#include <string_view>

#include "taskleak/leak.h"

namespace taskleak::run {

/// Names the folder of a self-test. It is not set in other runs.
inline constexpr const char* kSelfTestVariable = "TASKLEAK_SELF_TEST";
/// Names the files in the folder: one is made when the leak is planted, the other when a report
/// contains it. Each file contains the name of the scope.
inline constexpr const char* kPlantedFile = "planted";
inline constexpr const char* kFoundFile = "found";

/// Starts a thread that never ends, in the first checked scope of all processes of a self-test.
/// Must live until that scope's report is made. Does nothing outside of a self-test.
class PlantedLeak {
 public:
  explicit PlantedLeak(std::string_view scope);
  /// Records for the self-test whether `report` has the leak.
  void Look(const LeakReport& report) const;

 private:
  int tid_ = 0;  // 0: none was planted here
};

}  // namespace taskleak::run

#endif  // TASKLEAK_SRC_RUN_PLANTED_LEAK_H_
