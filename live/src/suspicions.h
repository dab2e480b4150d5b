// Units that somebody has reason to take for leaks.
#ifndef TASKLEAK_LIVE_SRC_SUSPICIONS_H_
#define TASKLEAK_LIVE_SRC_SUSPICIONS_H_

#include <cstddef>
#include <map>
#include <string>

namespace taskleak::live {

/// From now on so many units are suspected for that reason. Thread-safe.
void SetSuspected(const std::string& reason, std::size_t units);

/// By reason. Thread-safe.
std::map<std::string, std::size_t> Suspected();

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_SUSPICIONS_H_
