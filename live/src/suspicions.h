// Counts of units that are suspected to be leaks.
#ifndef TASKLEAK_LIVE_SRC_SUSPICIONS_H_
#define TASKLEAK_LIVE_SRC_SUSPICIONS_H_

#include <cstddef>
#include <map>
#include <string>

namespace taskleak::live {

/// Sets how many units are suspected for that reason from now on. Thread-safe.
void SetSuspected(const std::string& reason, std::size_t units);

/// Returns the counts by reason. Thread-safe.
std::map<std::string, std::size_t> Suspected();

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_SUSPICIONS_H_
