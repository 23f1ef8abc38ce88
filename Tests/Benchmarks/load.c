// Talks to tool servers over pipes as agents do, and measures: the driver of the benchmarks.
//
//   load [-w charge|repeat|status] [-n CALLS] [-k IN_FLIGHT] [-p SERVERS] [-f FIRST] [-g GROUP]
//        [-e] -- COMMAND ...
//
// Starts -p servers, shakes hands, keeps -k calls in flight with each until -n calls are answered, and
// prints one line of JSON. Every answer is looked at: one that is not what was asked for is printed and
// makes the run a failure; what the servers write to standard error is not kept. References count up from
// -f; every -g charges are a run of their own. With -e each server gets an input that ends after its last
// call, and its end is waited for (which callgrind needs); else it is told to end.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most_servers = 64, room = 1 << 20 };

typedef struct {
  pid_t number;
  int input, output;
  char *unread;
  size_t length;
  int in_flight;
} server;

static server servers[most_servers];
static const char *work = "charge";
static long calls = 1000, asked, answered, failures, first = 1, group = 1000;
static int in_flight = 1, server_count = 1;
static bool ends;
static int silence;
static double *sent_at, *latencies;
static char batch[room];

static double now(void) {
  struct timespec reading;
  clock_gettime(CLOCK_MONOTONIC, &reading);
  return reading.tv_sec + reading.tv_nsec / 1e9;
}

static void give_up(const char *sentence) {
  fprintf(stderr, "load: %s (%s)\n", sentence, strerror(errno));
  for (int i = 0; i < server_count; i++)
    if (servers[i].number > 0) kill(servers[i].number, SIGKILL);
  exit(1);
}

static void start(server *it, char **command) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) give_up("no pipe");
  // A pipe as wide as the kernel lets anybody have: the driver must not be what is waited for.
  fcntl(in[1], F_SETPIPE_SZ, room);
  fcntl(out[0], F_SETPIPE_SZ, room);
  it->number = vfork();
  if (it->number == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(silence, 2);
    execvp(command[0], command);
    _exit(127);
  }
  if (it->number < 0) give_up("a server could not be started");
  close(in[0]);
  close(out[1]);
  it->input = in[1];
  it->output = out[0];
  it->unread = malloc(room);
}

static void put(server *it, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t done = write(it->input, bytes, count);
    if (done < 0 && errno != EINTR) give_up("a server does not read");
    if (done > 0) bytes += done, count -= done;
  }
}

// One call as a line; what it is about is told by its number alone, so that a repeat is the same.
static size_t call_line(char *line, long number) {
  long reference = first + number;
  const char *form = strcmp(work, "status") == 0
    ? "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/call\",\"params\":{\"name\":\"status\","
      "\"arguments\":{\"reference\":\"INV-%08ld\"},\"_meta\":{\"dev.bursar/run\":\"run-%ld\"}}}\n"
    : "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/call\",\"params\":{\"name\":\"charge\","
      "\"arguments\":{\"reference\":\"INV-%08ld\",\"customer\":\"cus_%ld\",\"amount\":%ld,"
      "\"currency\":\"USD\",\"payment_method\":\"pm_card_visa\"},"
      "\"_meta\":{\"dev.bursar/run\":\"run-%ld\"}}}\n";
  if (strcmp(work, "status") == 0) return sprintf(line, form, number + 1, reference, first / group);
  return sprintf(
    line, form, number + 1, reference, reference % 1000, 500 + reference / 1000 % 4000,
    reference / group);
}

// As many new calls as there is room for, in one write.
static void ask(server *it) {
  size_t length = 0;
  while (it->in_flight < in_flight && asked < calls && length < room - 1024) {
    length += call_line(batch + length, asked);
    sent_at[asked++] = 0;
    it->in_flight++;
  }
  double moment = now();
  for (long i = asked - 1; i >= 0 && sent_at[i] == 0; i--) sent_at[i] = moment;
  put(it, batch, length);
}

static void judge(const char *line, size_t length) {
  // A status is right when it knows the operation, whatever became of it.
  const char *sign = strcmp(work, "status") == 0 ? "\"state\":\""
    : strcmp(work, "repeat") == 0 ? "DONE: Already" : "DONE:";
  if (memmem(line, length, sign, strlen(sign)) != NULL) return;
  if (failures++ < 3) fprintf(stderr, "load: not as asked: %.*s\n", (int)length, line);
}

static void hear(server *it, double moment) {
  char *start = it->unread, *end = it->unread + it->length, *newline;
  while ((newline = memchr(start, '\n', end - start)) != NULL) {
    char *id = memmem(start, newline - start, "\"id\":", 5);
    long number = id == NULL ? 0 : atol(id + 5);
    if (number < 1 || number > asked) give_up("an answer nobody asked for");
    latencies[number - 1] = moment - sent_at[number - 1];
    judge(start, newline - start);
    answered++;
    it->in_flight--;
    start = newline + 1;
  }
  it->length = end - start;
  memmove(it->unread, start, it->length);
}

// Reads what is there. The first line of all is the answer to the handshake.
static void take_in(server *it) {
  if (it->length == room) give_up("a line without end");
  ssize_t count = read(it->output, it->unread + it->length, room - it->length);
  if (count <= 0) give_up("a server ended early");
  it->length += count;
}

static void shake_hands(server *it) {
  static const char hello[] =
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
    "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"load\",\"version\":\"1\"}}}\n";
  static const char ready[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
  put(it, hello, sizeof hello - 1);
  while (memchr(it->unread, '\n', it->length) == NULL) take_in(it);
  it->length = 0;
  put(it, ready, sizeof ready - 1);
}

static long kilobytes(pid_t number, const char *name) {
  char path[64], line[256];
  long value = 0;
  snprintf(path, sizeof path, "/proc/%d/status", number);
  FILE *file = fopen(path, "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, name, strlen(name)) == 0) value = atol(line + strlen(name) + 1);
  if (file != NULL) fclose(file);
  return value;
}

static int by_size(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return a < b ? -1 : a > b;
}

static double share(double part) {
  long place = (long)(part * (answered - 1) + 0.5);
  return answered == 0 ? 0 : latencies[place] * 1e6;
}

static void run(void) {
  struct pollfd entries[most_servers];
  for (int i = 0; i < server_count; i++) ask(&servers[i]);
  while (answered < asked || asked < calls) {
    for (int i = 0; i < server_count; i++)
      entries[i] = (struct pollfd){.fd = servers[i].output, .events = POLLIN};
    if (poll(entries, server_count, 60000) <= 0) give_up("no server answers within a minute");
    double moment = now();
    for (int i = 0; i < server_count; i++) {
      if (entries[i].revents == 0) continue;
      take_in(&servers[i]);
      hear(&servers[i], moment);
      ask(&servers[i]);
    }
  }
}

static void finish(server *it) {
  int status;
  close(it->input);
  if (!ends) kill(it->number, SIGKILL);
  char rest[4096];
  while (read(it->output, rest, sizeof rest) > 0) continue;
  waitpid(it->number, &status, 0);
}

static void read_options(int count, char **words) {
  int option;
  while ((option = getopt(count, words, "+w:n:k:p:f:g:e")) != -1) switch (option) {
    case 'w': work = optarg; break;
    case 'n': calls = atol(optarg); break;
    case 'k': in_flight = atoi(optarg); break;
    case 'p': server_count = atoi(optarg); break;
    case 'f': first = atol(optarg); break;
    case 'g': group = atol(optarg); break;
    case 'e': ends = true; break;
    default: exit(64);
  }
  if (optind >= count || server_count < 1 || server_count > most_servers || in_flight < 1) exit(64);
}

int main(int count, char **words) {
  read_options(count, words);
  signal(SIGPIPE, SIG_IGN);
  sent_at = calloc(calls + 1, sizeof *sent_at);
  latencies = calloc(calls + 1, sizeof *latencies);
  silence = open("/dev/null", O_WRONLY | O_CLOEXEC);
  double born = now();
  for (int i = 0; i < server_count; i++) start(&servers[i], words + optind);
  for (int i = 0; i < server_count; i++) shake_hands(&servers[i]);
  double first_answer = now() - born;
  long idle = kilobytes(servers[0].number, "VmRSS:");
  double began = now();
  run();
  double took = now() - began;
  double first_call = answered > 0 ? began - born + latencies[0] : 0;
  long peak = kilobytes(servers[0].number, "VmHWM:");
  for (int i = 0; i < server_count; i++) finish(&servers[i]);
  qsort(latencies, answered, sizeof *latencies, by_size);
  printf(
    "{\"work\":\"%s\",\"calls\":%ld,\"in_flight\":%d,\"servers\":%d,\"per_second\":%.1f,"
    "\"p50_us\":%.0f,\"p99_us\":%.0f,\"first_answer_ms\":%.3f,\"first_call_ms\":%.3f,"
    "\"idle_kb\":%ld,\"peak_kb\":%ld,\"failures\":%ld}\n",
    work, answered, in_flight, server_count, answered / took, share(0.5), share(0.99),
    first_answer * 1e3, first_call * 1e3, idle, peak, failures);
  return failures == 0 ? 0 : 1;
}
