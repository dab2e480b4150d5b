// Fetches the answer of an endpoint.
#ifndef TASKLEAK_CLI_HTTP_GET_H_
#define TASKLEAK_CLI_HTTP_GET_H_

#include <string>

namespace taskleak::cli {

/// Fetches `url` (http://) into `*body`, at most 256 MB within about a minute. Sends `token` as a
/// bearer token, unless it is empty. Does not follow redirections. Returns why it failed, or an
/// empty text. If the program was built without cpp-httplib, the error says so.
std::string HttpGet(const std::string& url, const std::string& token, std::string* body);

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_HTTP_GET_H_
