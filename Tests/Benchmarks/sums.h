// What the operations of a ledger hold and spend: the first one's sums tell the scopes and the buckets, and
// the sums of all the others follow from their times and amounts.
#include "rows.h"

// One sum of one scope: what the operations of a stretch come to in one bucket.
static void add_up(sqlite3_stmt *sum, const row *it, const names *its, long long start, long long times,
                   long long money) {
  char scope[256];
  sqlite3_bind_text(sum, 1, scope, put_together(scope, &it->columns[0], its), SQLITE_STATIC);
  sqlite3_bind_int64(sum, 2, it->columns[1].integer);
  sqlite3_bind_int64(sum, 3, start);
  sqlite3_bind_int64(sum, 4, it->columns[3].integer == 0 ? 0 : money);
  sqlite3_bind_int64(sum, 5, it->columns[4].integer == 0 ? 0 : times);
  check(sqlite3_step(sum));
  sqlite3_reset(sum);
}

// Which stretch of operations counts in one scope together: its own customer's, its run's, or all.
static int kind_of(const row *it) {
  int kind = slots;
  for (int p = 0; p < it->columns[0].pieces; p++)
    if (it->columns[0].piece[p].slot != slots) kind = it->columns[0].piece[p].slot;
  return kind;
}

static long long next_of(long long i, int kind) {
  if (kind != customer || (i + 1) % burst != 0) return i + 1;
  return i + 1 + (long long)(customers - 1) * burst;
}

static bool same_scope(long long i, long long j, int kind) {
  if (kind == customer) return customer_of(i) == customer_of(j);
  return kind != run_number || i / per_run == j / per_run;
}

static void write_sums(const row *it, sqlite3_stmt *sum, bool is_held) {
  int kind = kind_of(it);
  long long width = is_held ? 0 : it->columns[1].integer;
  // What moved counts when it moved, a call when it was made.
  long long offset = it->columns[3].integer == 0 ? 0 : pattern.took;
  long long first = 0, stretch = kind == customer ? burst : kind == run_number ? per_run : count;
  long long scopes = kind == customer ? customers : (count + stretch - 1) / stretch;
  for (long long s = 0; s < scopes && (first = s * stretch) < count; s++) {
    long long times = 0, money = 0, start = 0;
    names its;
    name_all(&its, first);
    for (long long i = first; i < count && same_scope(first, i, kind); i = next_of(i, kind)) {
      long long bucket = width == 0 ? 0 : (created_of(i) + offset) / width * width;
      if (times > 0 && bucket != start) {
        add_up(sum, it, &its, start, times, money);
        times = money = 0;
      }
      start = bucket;
      times++;
      money += money_of(i);
    }
    add_up(sum, it, &its, start, times, money);
  }
}

static void write_exposure(void) {
  static row sums[32];
  int found = learn_all(sums, 32, "SELECT scope, width, start, amount, count FROM exposure ORDER BY 1, 2, 3");
  sqlite3_stmt *sum = prepared(
    "INSERT INTO exposure VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE"
    " SET amount = amount + excluded.amount, count = count + excluded.count");
  for (int s = 0; s < found; s++) write_sums(&sums[s], sum, false);
  sqlite3_finalize(sum);
  found = learn_all(sums, 32, "SELECT scope, 0, 0, amount, count FROM held ORDER BY 1");
  sum = prepared(
    "INSERT INTO held SELECT ?1, ?4, ?5 WHERE ?2 = 0 AND ?3 = 0 ON CONFLICT DO UPDATE"
    " SET amount = amount + excluded.amount, count = count + excluded.count");
  for (int s = 0; s < found; s++) write_sums(&sums[s], sum, true);
  sqlite3_finalize(sum);
}
