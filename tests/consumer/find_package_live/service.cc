// The smallest service that shows what is alive in it.
#include <cstdio>

static void RunTheService();

// [main]
#include <taskleak/live/server.h>

int main() {
  taskleak::live::ServerOptions options;
  options.port = 6060;
  const taskleak::live::Server server(options);
  RunTheService();
}
// [/main]

static void RunTheService() {
  // Until there is no more input.
  while (std::getchar() != EOF) {
  }
}
