// service_stories push|cron|sentinel|shop leaky|fixed [PORT [FOLDER [PERIOD]]]: a service at
// 127.0.0.1, with the endpoint at /debug/tasks/. Each GET of /work is one request. It answers
// SIGQUIT and SIGUSR2, and looks each PERIOD milliseconds (default: 10000). Dumps, recordings and
// scenes go to FOLDER (default: the current one). It prints its port, and ends when standard input
// ends.
#include <httplib.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "story.h"
#include "taskleak/live/endpoint.h"
#include "taskleak/live/signals.h"
#include "taskleak/live/watch.h"

namespace {

std::unique_ptr<stories::Story> MakeStory(const std::string& name, stories::Form form) {
  if (name == "push") return stories::MakePushService(form);
  if (name == "cron") return stories::MakeCronDaemon(form);
  if (name == "sentinel") return stories::MakeSentinel(form);
  if (name == "shop") return stories::MakeShop(form);
  throw std::invalid_argument("the story must be push, cron, sentinel or shop");
}

struct Settings {
  int port = 0;
  std::string folder = ".";
  std::chrono::milliseconds period{10'000};
};

void Serve(stories::Story& story, const Settings& settings) {
  // [watch]
  taskleak::live::WatchOptions watch_options;
  watch_options.period = settings.period;
  watch_options.files.emplace().folder = settings.folder;
  watch_options.on_alarm = [](const taskleak::live::Alarm& alarm) {
    std::cerr << "ALARM " << alarm.reason << ": " << alarm.text << std::endl;
  };
  const taskleak::live::Watch watch(watch_options);
  // [/watch]

  // [signals]
  taskleak::live::SignalOptions signal_options;
  signal_options.files.emplace().folder = settings.folder;
  signal_options.period = settings.period / 10;
  const taskleak::live::SignalDump dump(signal_options);
  // [/signals]

  // [mount]
  httplib::Server server;
  const auto endpoint = std::make_shared<taskleak::live::Endpoint>();
  taskleak::live::Mount(server, endpoint);
  // [/mount]

  server.Get("/work", [&story](const httplib::Request&, httplib::Response& response) {
    story.Serve();
    response.set_content("done\n", "text/plain");
  });
  const bool any_port = settings.port == 0;
  const int port = any_port ? server.bind_to_any_port("127.0.0.1") : settings.port;
  if (port < 0 || (!any_port && !server.bind_to_port("127.0.0.1", port)))
    throw std::runtime_error("cannot listen");
  std::thread listener([&server] { server.listen_after_bind(); });
  std::cout << port << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
  endpoint->Stop();
  server.stop();
  listener.join();
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::cerr << "service_stories push|cron|sentinel|shop leaky|fixed [PORT [FOLDER [PERIOD]]]\n";
    return 2;
  }
  try {
    const bool leaky = std::string(arguments[2]) == "leaky";
    const auto story =
        MakeStory(arguments[1], leaky ? stories::Form::kLeaky : stories::Form::kFixed);
    Settings settings;
    if (count > 3) settings.port = std::atoi(arguments[3]);
    if (count > 4) settings.folder = arguments[4];
    if (count > 5) settings.period = std::chrono::milliseconds(std::atoi(arguments[5]));
    Serve(*story, settings);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
