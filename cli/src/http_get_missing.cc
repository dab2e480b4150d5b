// Replaces http_get.cc if there is no cpp-httplib.
#include "http_get.h"

namespace taskleak::cli {

std::string HttpGet(const std::string&, const std::string&, std::string*) {
  return "this program was built without cpp-httplib and cannot fetch anything";
}

}  // namespace taskleak::cli
