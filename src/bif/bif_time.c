// SPDX-License-Identifier: Apache-2.0
// Clocks, time units, calendar time, and unique integers. All time comes from the host's two clocks.
#include "bif/bif_time.h"

#include "base/hostcalls.h"
#include "bif/bif.h"
#include "gen/bifs.h"

enum { NS_PER_US = 1000, NS_PER_S = 1000000000, US_PER_S = 1000000 };

static struct {
  bool open;
  i64 start_ns;
  i64 offset_us;         // system clock minus monotonic clock
  u64 last_now_us;       // erlang:now/0 never returns the same value twice
  u64 unique, monotonic; // how many of each kind were given out
} clocks;

void time_open(void) {
  memset(&clocks, 0, sizeof clocks);
  clocks.open = true;
  u64 now = host_monotonic_us();
  clocks.start_ns = (i64)now * NS_PER_US;
  clocks.offset_us = (i64)host_system_us() - (i64)now;
}

static void ensure_open(void) {
  if (UNLIKELY(!clocks.open)) time_open();
}

i64 time_start_ns(void) {
  ensure_open();
  return clocks.start_ns;
}

i64 time_monotonic_ns(void) { return (i64)host_monotonic_us() * NS_PER_US; }

// The time offset changes only when the system clock was set, or when the machine slept (browsers stop the monotonic
// clock then).
i64 time_offset_ns(void) {
  ensure_open();
  i64 now = (i64)host_system_us() - (i64)host_monotonic_us();
  i64 drift = now - clocks.offset_us;
  if (drift > US_PER_S || drift < -US_PER_S) clocks.offset_us = now;
  return clocks.offset_us * NS_PER_US;
}

// Erlang system time: monotonic time plus time offset.
static i64 system_ns(void) {
  i64 offset = time_offset_ns();
  return time_monotonic_ns() + offset;
}

// --- Units ---------------------------------------------------------------------------------------

static term int_term(i64 v) { return int_from_i64(HEAP, v); }

// Parts per second of a time unit; NV: it is no time unit.
static term unit_parts(term unit) {
  static const struct {
    term atom;
    u32 parts;
  } units[] = {
      {ATOM_second, 1},
      {ATOM_millisecond, 1000},
      {ATOM_microsecond, 1000000},
      {ATOM_nanosecond, 1000000000},
      {ATOM_native, 1000000000},
      {ATOM_perf_counter, 1000000000},
      {ATOM_seconds, 1},
      {ATOM_milli_seconds, 1000},
      {ATOM_micro_seconds, 1000000},
      {ATOM_nano_seconds, 1000000000},
  };
  if (is_integer(unit)) return int_compare(unit, make_small(0)) > 0 ? unit : NV;
  for (u32 i = 0; i < COUNT_OF(units); i++)
    if (units[i].atom == unit) return make_small(units[i].parts);
  return NV;
}

// Converts ns to a unit, rounded down.
static term in_unit(i64 ns, term unit) {
  term parts = unit_parts(unit);
  if (parts == NV) return bif_badarg();
  if (parts == make_small(NS_PER_S)) return int_term(ns);
  i64 seconds = ns / NS_PER_S, rest = ns % NS_PER_S;
  if (rest < 0) rest += NS_PER_S, seconds--;
  term whole = num_mul(HEAP, int_term(seconds), parts);
  term part = num_div(HEAP, num_mul(HEAP, make_small(rest), parts), make_small(NS_PER_S));
  return num_add(HEAP, whole, part);
}

term bif_monotonic_time_0(struct process *p, term *a) {
  (void)p, (void)a;
  return int_term(time_monotonic_ns());
}
term bif_monotonic_time_1(struct process *p, term *a) {
  (void)p;
  return in_unit(time_monotonic_ns(), a[0]);
}
term bif_system_time_0(struct process *p, term *a) {
  (void)p, (void)a;
  return int_term(system_ns());
}
term bif_system_time_1(struct process *p, term *a) {
  (void)p;
  return in_unit(system_ns(), a[0]);
}
term bif_time_offset_0(struct process *p, term *a) {
  (void)p, (void)a;
  return int_term(time_offset_ns());
}
term bif_time_offset_1(struct process *p, term *a) {
  (void)p;
  return in_unit(time_offset_ns(), a[0]);
}
term bif_os_system_time_0(struct process *p, term *a) {
  (void)p, (void)a;
  return int_term((i64)host_system_us() * NS_PER_US);
}
term bif_os_system_time_1(struct process *p, term *a) {
  (void)p;
  return in_unit((i64)host_system_us() * NS_PER_US, a[0]);
}
term bif_perf_counter_0(struct process *p, term *a) { return bif_monotonic_time_0(p, a); }
term bif_time_unit_0(struct process *p, term *a) {
  (void)p, (void)a;
  return make_small(NS_PER_S);
}

// {MegaSecs, Secs, MicroSecs}
static term stamp(u64 us) {
  u64 s = us / US_PER_S;
  return tuple3(HEAP, make_small((i64)(s / 1000000)), make_small((i64)(s % 1000000)), make_small((i64)(us % US_PER_S)));
}
term bif_timestamp_0(struct process *p, term *a) {
  (void)p, (void)a;
  return stamp((u64)system_ns() / NS_PER_US);
}
term bif_os_timestamp_0(struct process *p, term *a) {
  (void)p, (void)a;
  return stamp(host_system_us());
}
term bif_now_0(struct process *p, term *a) {
  (void)p, (void)a;
  u64 us = (u64)system_ns() / NS_PER_US;
  if (us <= clocks.last_now_us) us = clocks.last_now_us + 1;
  clocks.last_now_us = us;
  return stamp(us);
}

// --- Unique integers -----------------------------------------------------------------------------

static term unique(bool positive, bool monotonic) {
  u64 n = monotonic ? ++clocks.monotonic : ++clocks.unique;
  if (positive) return int_from_u64(HEAP, n);
  return n > INT64_MAX ? int_from_u64(HEAP, n - (u64)-SMALL_MIN) : int_term(SMALL_MIN + (i64)n);
}
term time_monotonic_integer(void) { return int_from_u64(HEAP, clocks.monotonic); }
void time_set_monotonic_integer(u64 n) { clocks.monotonic = n; }
term bif_unique_integer_0(struct process *p, term *a) {
  (void)p, (void)a;
  return unique(false, false);
}
term bif_unique_integer_1(struct process *p, term *a) {
  (void)p;
  bool positive = false, monotonic = false;
  term l = a[0];
  for (; is_cons(l); l = tl(l)) {
    if (hd(l) == ATOM_positive) positive = true;
    else if (hd(l) == ATOM_monotonic) monotonic = true;
    else return bif_badarg();
  }
  return l == NIL ? unique(positive, monotonic) : bif_badarg();
}

// --- Calendar ------------------------------------------------------------------------------------

struct date_time {
  i64 year;
  u32 month, day, hour, minute, second;
};

static bool is_leap(i64 y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }
static u32 days_of_month(i64 y, u32 m) {
  static const u8 days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[m - 1] + (m == 2 && is_leap(y) ? 1u : 0u);
}

// The number of days from 1970-01-01 to a date. Years are counted from March, so that the leap day is the last day of a
// year.
static i64 days_from_date(i64 y, u32 m, u32 d) {
  if (m <= 2) y--;
  i64 era = (y >= 0 ? y : y - 399) / 400;
  i64 of_era = y - era * 400;
  i64 of_year = (153 * (i64)(m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_from_days(i64 days, struct date_time *t) {
  days += 719468;
  i64 era = (days >= 0 ? days : days - 146096) / 146097;
  i64 of_era = days - era * 146097;
  i64 year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  i64 of_year = of_era - (365 * year + year / 4 - year / 100);
  i64 month = (5 * of_year + 2) / 153;
  t->day = (u32)(of_year - (153 * month + 2) / 5 + 1);
  t->month = (u32)(month < 10 ? month + 3 : month - 9);
  t->year = era * 400 + year + (t->month <= 2);
}

static i64 seconds_from(const struct date_time *t) {
  return days_from_date(t->year, t->month, t->day) * 86400 + t->hour * 3600 + t->minute * 60 + t->second;
}

static void from_seconds(i64 s, struct date_time *t) {
  i64 days = s / 86400, rest = s % 86400;
  if (rest < 0) rest += 86400, days--;
  date_from_days(days, t);
  t->hour = (u32)(rest / 3600);
  t->minute = (u32)(rest / 60 % 60);
  t->second = (u32)(rest % 60);
}

static term date_term(const struct date_time *t) {
  return tuple3(HEAP, int_term(t->year), make_small(t->month), make_small(t->day));
}
static term time_term(const struct date_time *t) {
  return tuple3(HEAP, make_small(t->hour), make_small(t->minute), make_small(t->second));
}
static term both_term(i64 seconds) {
  struct date_time t;
  from_seconds(seconds, &t);
  return tuple2(HEAP, date_term(&t), time_term(&t));
}

static bool three_smalls(term t, i64 out[3]) {
  if (!is_tuple_of(t, 3)) return false;
  for (u32 i = 0; i < 3; i++)
    if (!bif_small(tuple_elements(t)[i], INT32_MIN, INT32_MAX, &out[i])) return false;
  return true;
}

// Reads a valid {{Y,Mo,D},{H,Mi,S}} from first_year on. False: it is not.
static bool parse_date_time(term t, i64 first_year, struct date_time *out) {
  i64 d[3], s[3];
  if (!is_tuple_of(t, 2) || !three_smalls(tuple_elements(t)[0], d) || !three_smalls(tuple_elements(t)[1], s))
    return false;
  if (d[0] < first_year || d[0] >= INT32_MAX || d[1] < 1 || d[1] > 12) return false;
  if (d[2] < 1 || d[2] > (i64)days_of_month(d[0], (u32)d[1])) return false;
  if (s[0] < 0 || s[0] > 23 || s[1] < 0 || s[1] > 59 || s[2] < 0 || s[2] > 59) return false;
  *out = (struct date_time){d[0], (u32)d[1], (u32)d[2], (u32)s[0], (u32)s[1], (u32)s[2]};
  return true;
}

static i64 now_s(void) { return (i64)(host_system_us() / US_PER_S); }
static i64 local_now(void) {
  i64 utc = now_s();
  return utc + host_utc_offset_s(utc);
}

term bif_date_0(struct process *p, term *a) {
  (void)p, (void)a;
  struct date_time t;
  from_seconds(local_now(), &t);
  return date_term(&t);
}
term bif_time_0(struct process *p, term *a) {
  (void)p, (void)a;
  struct date_time t;
  from_seconds(local_now(), &t);
  return time_term(&t);
}
term bif_localtime_0(struct process *p, term *a) {
  (void)p, (void)a;
  return both_term(local_now());
}
term bif_universaltime_0(struct process *p, term *a) {
  (void)p, (void)a;
  return both_term(now_s());
}

enum { FIRST_LOCAL_YEAR = 1902, FIRST_POSIX_YEAR = 1600 }; // what OTP accepts

term bif_universaltime_to_localtime_1(struct process *p, term *a) {
  (void)p;
  struct date_time t;
  if (!parse_date_time(a[0], FIRST_LOCAL_YEAR, &t)) return bif_badarg();
  i64 utc = seconds_from(&t);
  return both_term(utc + host_utc_offset_s(utc));
}

// The offset of a local time. When dst is true or false, the result is the offset of summer or standard time, whether
// or not it is in force then; otherwise it is the offset in force.
static i64 local_offset(i64 local, i64 year, term dst) {
  if (dst == ATOM_undefined) {
    i64 offset = host_utc_offset_s(local - host_utc_offset_s(local));
    i64 other = host_utc_offset_s(local - offset);
    return other == offset ? offset : other;
  }
  i64 january = host_utc_offset_s(days_from_date(year, 1, 1) * 86400);
  i64 july = host_utc_offset_s(days_from_date(year, 7, 1) * 86400);
  i64 standard = january < july ? january : july;
  if (dst == ATOM_false) return standard;
  return january == july ? standard + 3600 : (january > july ? january : july);
}

term bif_localtime_to_universaltime_2(struct process *p, term *a) {
  (void)p;
  struct date_time t;
  if (a[1] != ATOM_true && a[1] != ATOM_false && a[1] != ATOM_undefined) return bif_badarg();
  if (!parse_date_time(a[0], FIRST_LOCAL_YEAR, &t)) return bif_badarg();
  i64 local = seconds_from(&t);
  return both_term(local - local_offset(local, t.year, a[1]));
}

term bif_universaltime_to_posixtime_1(struct process *p, term *a) {
  (void)p;
  struct date_time t;
  if (!parse_date_time(a[0], FIRST_POSIX_YEAR, &t)) return bif_badarg();
  return int_term(seconds_from(&t));
}

term bif_posixtime_to_universaltime_1(struct process *p, term *a) {
  (void)p;
  i64 s;
  if (!int_to_i64(a[0], &s)) return bif_badarg();
  return both_term(s);
}
