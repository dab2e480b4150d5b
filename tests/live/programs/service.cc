// service PORT: serves the endpoint until standard input ends, and leaks a task for each line that
// it reads.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "taskleak/live/server.h"
#include "taskleak/task.h"

namespace {

[[gnu::noinline]] taskleak::Task Subscribe() { return taskleak::Task("subscription"); }

void Serve(int port) {
  // [serve]
  taskleak::live::ServerOptions options;
  options.port = port;
  const taskleak::live::Server server(options);
  // [/serve]
  std::cout << server.port() << std::endl;
  std::vector<taskleak::Task> left;
  for (std::string line; std::getline(std::cin, line);) left.push_back(Subscribe());
}

}  // namespace

int main(int, char** arguments) { Serve(std::atoi(arguments[1])); }
