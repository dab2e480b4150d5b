// Fetches what an endpoint answers.
#ifndef TASKLEAK_CLI_HTTP_GET_H_
#define TASKLEAK_CLI_HTTP_GET_H_

#include <string>

namespace taskleak::cli {

/// Puts what is at `url` (http://) into `*body`, at most 256 MB within a minute or so. `token`, if
/// it is not empty, is sent as a bearer token. Redirections are not followed. Returns why it
/// failed, or an empty text; a program that was built without cpp-httplib says so.
std::string HttpGet(const std::string& url, const std::string& token, std::string* body);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_HTTP_GET_H_
