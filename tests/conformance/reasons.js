// SPDX-License-Identifier: Apache-2.0
// Cases that erl passes and ours does not, by suite, with why. CANNOT: they need what a VM of one thread without tracing, drivers
// and OTP's own allocators has not, so they do not count (as those that suites.js finds by what they call). WHY: they count.

const SCHEDULERS = 'more than one scheduler';
const CRYPTO = 'the application crypto, which is a NIF';

/** @type {Record<string, Record<string, string>>} suite, case, what it needs */
export const CANNOT = {
  ets: {
    grow_pseudo_deleted: SCHEDULERS,
    shrink_pseudo_deleted: SCHEDULERS,
    smp_fixed_delete: SCHEDULERS,
    smp_unfix_fix: SCHEDULERS,
    test_table_size_concurrency: SCHEDULERS,
    test_table_memory_concurrency: SCHEDULERS,
    test_decentralized_counters_setting: SCHEDULERS,
  },
  rand: {
    plugin: CRYPTO,
    short_jump: CRYPTO,
  },
};

/** @type {Record<string, Record<string, string>>} suite, case, reason */
export const WHY = {
  ets: {
    memory: 'asks for the sizes of OTP\'s rows and tables, to the word',
    meta_wb: 'asks for names that collide in OTP\'s own hash',
    write_concurrency: 'asks that an empty table of type set is larger than one of type ordered_set: ours has no buckets before its first row',
  },
  re: {
    pcre: 'six of its thousands of patterns mean something else to PCRE2 (as from OTP 28 on): ^(a\\1?){4}$, (*SKIP) in a condition, scripts of newer Unicode',
    pcre_compile_workspace_overflow: 'asks for a limit of PCRE 8; PCRE2 has another, and says so otherwise',
    re_version: 'asks for a version of PCRE below 10',
  },
};
