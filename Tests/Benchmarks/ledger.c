// Makes a large ledger out of a small one: takes the only operation in it, which the program itself
// put there, and writes as many more as are asked for, each as that one is, with its attempts, its
// history, what it holds or spent, and every name, amount and time its own.
//
//   ledger -n COUNT FILE
//
// What a column means is not known here, only where the first operation's names occur; so that a
// migration cannot make these rows unlike the program's own unnoticed, the layout must be the one below,
// or nothing is made. Ids and keys are derived from the identity as the program does. Ten operations of
// a customer follow each other, a thousand make a run.
#include <unistd.h>

#include "sums.h"

static const char *const layout =
  " approvals(operation,customer,amount,currency,charge,environment,until,why,at)"
  " attempts(operation,number,instruction,key,method,path,headers,body,started,finished,outcome,status,"
  "owner)"
  " chain(one,ledger,uncovered,seq,link,ratchet)"
  " exposure(scope,width,start,amount,count) freezes(extent,why,at) held(scope,amount,count)"
  " history(seq,at,operation,version,from_state,to_state,reason,detail,commitment,link)"
  " meta(name,value)"
  " migrations(name,applied)"
  " operations(id,kind,namespace,reference,created,customer,amount,currency,payment_method,description,"
  "charge,charge_reference,refund_reason,run,task,step,checkpoint,state,processor_reference,round,"
  "confirmation,next,due,attempt,tries,attempts,unknown_since,first_sent,code,detail,dead_letter,owner,"
  "livemode,updated,policy,rule,version,normal_reference,traceparent)"
  " owners(epoch,slot,started) particulars(seq,salt,text) runs(namespace,run,first_seen,last_call,stops)"
  " tallies(name,count) ";

// The chain of the history (Sources/Ledger/Chain.swift): each line is tied to all before it.
static struct { long long sequence; unsigned char link[32], ratchet[32]; } chain;

static void digest(unsigned char *into, const void *first, size_t first_length, const void *rest,
                   size_t rest_length) {
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, first, first_length);
  SHA256_Update(&state, rest, rest_length);
  SHA256_Final(into, &state);
}

static void put_number(unsigned char **at, unsigned long long number) {
  for (int shift = 56; shift >= 0; shift -= 8) *(*at)++ = (unsigned char)(number >> shift);
}

static void tie(value *line, int width) {
  static unsigned char bytes[1 << 16];
  unsigned char *at = bytes;
  for (int c = 0; c < width - 1; c++) {
    if (line[c].type == SQLITE_NULL) {
      *at++ = 0;
    } else if (line[c].type == SQLITE_INTEGER) {
      *at++ = 1;
      put_number(&at, (unsigned long long)line[c].integer);
    } else {
      *at++ = 2;
      put_number(&at, (unsigned long long)line[c].length);
      memcpy(at, line[c].bytes, line[c].length);
      at += line[c].length;
    }
  }
  digest(chain.link, chain.link, sizeof chain.link, bytes, at - bytes);
  line[width - 1] = (value){.type = SQLITE_BLOB, .bytes = chain.link, .length = sizeof chain.link};
}

// A line of the history, and apart from it its particulars if it has any.
static void write_line(sqlite3_stmt *into_history, sqlite3_stmt *into_particulars, const row *it,
                       const row *particulars, const names *its) {
  static char texts[1 << 16], apart[1 << 16];
  unsigned char salt[32], commitment[32];
  value line[most_columns], facts[most_columns];
  fill(line, texts, sizeof texts, it, its);
  line[0].integer = ++chain.sequence;
  if (particulars->width > 0) {
    digest(salt, chain.ratchet, sizeof chain.ratchet, "salt", 4);
    digest(chain.ratchet, chain.ratchet, sizeof chain.ratchet, "next", 4);
    fill(facts, apart, sizeof apart, particulars, its);
    digest(commitment, salt, sizeof salt, facts[2].bytes, facts[2].length);
    line[it->width - 2] = (value){.type = SQLITE_BLOB, .bytes = commitment, .length = sizeof commitment};
  }
  tie(line, it->width);
  insert(into_history, line, it->width);
  if (particulars->width == 0) return;
  facts[0].integer = chain.sequence;
  facts[1].bytes = salt;
  insert(into_particulars, facts, particulars->width);
}

static void refuse(const char *table) {
  give_up(
    "The ledger's layout is another than this tool knows: %s. See what changed, whether rows made from the"
    " first operation's are still like the program's own, and put the new layout into ledger.c.", table);
}

// Every table is as it is known here, or has nothing in it after a charge.
static void refuse_other_layouts(void) {
  sqlite3_stmt *tables = prepared(
    "SELECT m.name, ' ' || m.name || '(' || (SELECT group_concat(name) FROM pragma_table_info(m.name))"
    " || ') ' FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1");
  size_t known = 0;
  while (sqlite3_step(tables) == SQLITE_ROW) {
    const char *table = (const char *)sqlite3_column_text(tables, 1);
    if (strstr(layout, table) != NULL) {
      known += strlen(table) - 1;
      continue;
    }
    char sql[256];
    snprintf(sql, sizeof sql, "SELECT 1 FROM \"%s\" LIMIT 1", sqlite3_column_text(tables, 0));
    char *is_used = asked(sql);
    if (is_used != NULL) refuse(table);
  }
  sqlite3_finalize(tables);
  if (known != strlen(layout) - 1) refuse("a table is missing");
}

static void know_the_first(void) {
  char *alone = asked("SELECT count(*) FROM operations");
  if (strcmp(alone, "1") != 0) give_up("The ledger must have one operation in it, not %s.", alone);
  free(alone);
  namespace = asked("SELECT namespace FROM operations");
  sqlite3_stmt *it = prepared(
    "SELECT id, created, customer, amount, run, reference, processor_reference,"
    " (SELECT key FROM attempts ORDER BY number LIMIT 1), updated FROM operations");
  if (sqlite3_step(it) != SQLITE_ROW) give_up("There is no operation.");
  const char *texts[8];
  for (int c = 0; c < 8; c++) texts[c] = (const char *)sqlite3_column_text(it, c);
  pattern.created = sqlite3_column_int64(it, 1);
  pattern.money = sqlite3_column_int64(it, 3);
  pattern.took = sqlite3_column_int64(it, 8) - pattern.created;
  snprintf(pattern.id, sizeof pattern.id, "%s", texts[0]);
  snprintf(pattern.customer, sizeof pattern.customer, "%s", texts[2] + strlen("cus_"));
  snprintf(pattern.amount, sizeof pattern.amount, "%s", texts[3]);
  snprintf(pattern.run, sizeof pattern.run, "%s", texts[4] + strlen("run-"));
  snprintf(pattern.number, sizeof pattern.number, "%s", texts[5] + strlen("INV-"));
  snprintf(pattern.processor, sizeof pattern.processor, "%s", texts[6] == NULL ? "" : texts[6]);
  snprintf(pattern.key, sizeof pattern.key, "%.29s", texts[7]);
  sqlite3_finalize(it);
}

static void write_operations(void) {
  static row operation[1], history[16], particulars[16];
  learn_all(operation, 1, "SELECT * FROM operations");
  int lines = learn_all(history, 16, "SELECT * FROM history WHERE operation IS NOT NULL ORDER BY seq");
  for (int h = 0; h < lines; h++) {
    char sql[128];
    sprintf(sql, "SELECT * FROM particulars WHERE seq = %lld", history[h].columns[0].integer);
    learn_all(&particulars[h], 1, sql);
  }
  sqlite3_stmt *into_operations = insertion("operations", operation->width);
  sqlite3_stmt *into_history = insertion("history", history->width);
  sqlite3_stmt *into_particulars = insertion("particulars", 3);
  for (long long i = 0; i < count; i++) {
    names its;
    name_all(&its, i);
    write_row(into_operations, operation, &its);
    for (int h = 0; h < lines; h++)
      write_line(into_history, into_particulars, &history[h], &particulars[h], &its);
  }
  sqlite3_finalize(into_operations);
  sqlite3_finalize(into_history);
  sqlite3_finalize(into_particulars);
}

// An operation by what its id begins with.
typedef struct { uint64_t beginning; uint32_t number; } place;

static int by_id(const void *left, const void *right) {
  uint64_t a = ((const place *)left)->beginning, b = ((const place *)right)->beginning;
  return a < b ? -1 : a > b;
}

// In the order of the ids, every second first and then those between: in the order of time every row would
// need another page, and written once over, pages would be fuller than they ever are.
static void write_attempts(void) {
  static row attempts[8];
  int tries = learn_all(attempts, 8, "SELECT * FROM attempts ORDER BY number");
  sqlite3_stmt *into = insertion("attempts", attempts->width);
  place *places = malloc(count * sizeof *places);
  for (long long i = 0; i < count; i++) {
    unsigned char digest[32];
    char reference[32];
    sprintf(reference, "INV-%lld", 20000000 + i);
    identify(digest, reference);
    places[i] = (place){.number = (uint32_t)i};
    for (int b = 0; b < 8; b++) places[i].beginning = places[i].beginning << 8 | digest[b];
  }
  qsort(places, count, sizeof *places, by_id);
  for (int half = 0; half < 2; half++)
    for (long long at = half; at < count; at += 2) {
      names its;
      name_all(&its, places[at].number);
      for (int a = 0; a < tries; a++) write_row(into, &attempts[a], &its);
    }
  free(places);
  sqlite3_finalize(into);
}

static void read_chain(void) {
  sqlite3_stmt *it = prepared("SELECT seq, link, ratchet FROM chain");
  if (sqlite3_step(it) != SQLITE_ROW) give_up("The history has no chain.");
  chain.sequence = sqlite3_column_int64(it, 0);
  memcpy(chain.link, sqlite3_column_blob(it, 1), sizeof chain.link);
  memcpy(chain.ratchet, sqlite3_column_blob(it, 2), sizeof chain.ratchet);
  sqlite3_finalize(it);
}

static void write_chain(void) {
  sqlite3_stmt *it = prepared("UPDATE chain SET seq = ?1, link = ?2, ratchet = ?3");
  sqlite3_bind_int64(it, 1, chain.sequence);
  sqlite3_bind_blob(it, 2, chain.link, sizeof chain.link, SQLITE_STATIC);
  sqlite3_bind_blob(it, 3, chain.ratchet, sizeof chain.ratchet, SQLITE_STATIC);
  check(sqlite3_step(it));
  sqlite3_finalize(it);
}

static void write_runs(void) {
  static row first[1];
  learn_all(first, 1, "SELECT * FROM runs");
  sqlite3_stmt *into = insertion("runs", first->width);
  for (long long i = 0; i < count; i += per_run) {
    names its;
    name_all(&its, i);
    write_row(into, first, &its);
  }
  sqlite3_finalize(into);
}

// Every operation is as the first one, so each thing happened as many times as there are operations.
static void write_tallies(void) {
  sqlite3_stmt *it = prepared("UPDATE tallies SET count = count * ?1");
  sqlite3_bind_int64(it, 1, count + 1);
  check(sqlite3_step(it));
  sqlite3_finalize(it);
}

// Triggers, and the indexes whose entries would come in no order, are made again at the end as they were.
static char *set_aside(void) {
  static const char *const those =
    "FROM sqlite_master WHERE sql IS NOT NULL AND (type = 'trigger' OR type = 'index' AND"
    " (sql LIKE '%customer%' OR sql LIKE '%ON history%'))";
  char sql[512];
  snprintf(sql, sizeof sql, "SELECT group_concat(sql, '; ') || ';' %s", those);
  char *again = asked(sql);
  snprintf(sql, sizeof sql, "SELECT group_concat('DROP ' || type || ' ' || name, '; ') %s", those);
  char *drop = asked(sql);
  if (drop != NULL) run(drop);
  free(drop);
  return again;
}

int main(int argument_count, char **arguments) {
  int option;
  while ((option = getopt(argument_count, arguments, "n:")) != -1) {
    if (option != 'n') return 64;
    count = atoll(optarg);
  }
  if (optind != argument_count - 1 || count < 1 || count > 70000000) return 64;
  // One connection, and nobody asks how much memory is in use: neither needs a lock.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  check(sqlite3_open_v2(arguments[optind], &books, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
  run("PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -4000000; PRAGMA temp_store = MEMORY;"
      "PRAGMA threads = 2;");
  refuse_other_layouts();
  know_the_first();
  run("BEGIN");
  char *again = set_aside();
  read_chain();
  write_operations();
  write_chain();
  write_attempts();
  write_exposure();
  write_runs();
  write_tallies();
  run("COMMIT");
  if (again != NULL) run(again);
  free(again);
  run("PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL");
  check(sqlite3_close(books));
  return 0;
}
