// A service at 127.0.0.1, built with and without taskleak::live and the hooks. The server's pool
// answers GET /work. GET /parts starts a thread for half of the work. The service prints its port,
// and ends when standard input ends.
#include <httplib.h>

#include <algorithm>
#include <cstddef>
#include <future>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#ifdef SERVICE_WATCHED
#include "taskleak/live/endpoint.h"
#endif

namespace {

constexpr std::size_t kNumbers = 2000;

// Does the work of a small request.
std::string Sorted(std::size_t count) {
  std::minstd_rand random(1);
  std::vector<unsigned> numbers(count);
  std::generate(numbers.begin(), numbers.end(), random);
  std::sort(numbers.begin(), numbers.end());
  std::string text;
  for (std::size_t i = 0; i < numbers.size(); i += 20) text += std::to_string(numbers[i]) + '\n';
  return text;
}

}  // namespace

int main() {
  httplib::Server server;
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000);
#ifdef SERVICE_WATCHED
  taskleak::live::Mount(server, std::make_shared<taskleak::live::Endpoint>());
#endif
  server.Get("/work", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(Sorted(kNumbers), "text/plain");
  });
  server.Get("/parts", [](const httplib::Request&, httplib::Response& response) {
    auto half = std::async(std::launch::async, Sorted, kNumbers / 2);
    response.set_content(Sorted(kNumbers / 2) + half.get(), "text/plain");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread listener([&server] { server.listen_after_bind(); });
  std::cout << port << std::endl;
  std::cin.get();
  server.stop();
  listener.join();
}
