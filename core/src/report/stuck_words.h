// The words for what cannot continue by itself, and for what nothing can be said of.
#ifndef TASKLEAK_SRC_REPORT_STUCK_WORDS_H_
#define TASKLEAK_SRC_REPORT_STUCK_WORDS_H_

#include <string>

#include "alive/stillness.h"
#include "taskleak/leak.h"

namespace taskleak::report {

/// Returns why nothing can be said of some threads and tasks: "thread 4711 "http" may continue by
/// itself (waiting in epoll_wait), and may wake them". `thread` is the one in the way, if it is
/// known; may be null.
std::string UnknownText(alive::Obstacle obstacle, const Unit* thread);

}  // namespace taskleak::report

#endif  // TASKLEAK_SRC_REPORT_STUCK_WORDS_H_
