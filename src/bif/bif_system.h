// SPDX-License-Identifier: Apache-2.0
// What the rest of the VM sets in, and takes from, the system BIFs: their life, the environment
// variables, the OTP release they claim to be.
#ifndef BIF_BIF_SYSTEM_H
#define BIF_BIF_SYSTEM_H

#include "base/base.h"
#include "term/term.h"

void bif_open(void);  // when the VM starts
void bif_close(void); // gives back environment, persistent terms and whatever BIFs keep

void system_set_otp_release(u32 release); // 25..29; what system_info(otp_release) says
u32 system_otp_release(void);
// Environment variables, UTF-8; what os:getenv sees. Empty when the VM starts. False: no memory.
bool system_env_put(const u8 *name, size_t name_len, const u8 *value, size_t value_len);
// Used by bif_open and bif_close.
void info_open(void);
extern u64 bif_io_bytes[2]; // through ports, and what stands for them: in, out
void os_close(void);
// What erlang:system_flag has set, by name; NV when there is no such flag.
term system_flag_value(term flag);
u32 system_backtrace_depth(void); // at least 1
// What a BIF failed for beyond its reason: #{cause => Cause, module => erl_erts_errors}. Returns NV.
term bif_badarg_because(term cause);

#endif
