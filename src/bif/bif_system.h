// SPDX-License-Identifier: Apache-2.0
// What the rest of the VM sets in the system BIFs, and reads from them: start and end, the environment variables, the
// OTP release that the VM says it is.
#ifndef BIF_BIF_SYSTEM_H
#define BIF_BIF_SYSTEM_H

#include "base/base.h"
#include "code/code.h"
#include "term/term.h"

void bif_open(void);  // when the VM starts
void bif_close(void); // frees the environment, persistent terms and all else that BIFs keep

void system_set_otp_release(u32 release); // 25 to 29: what system_info(otp_release) returns
u32 system_otp_release(void);
bool code_is_builtin(const struct export *e); // whether the function is a BIF in that release
// Environment variables, in UTF-8, which os:getenv reads. There are none when the VM starts. False: no memory.
bool system_env_put(const u8 *name, size_t name_len, const u8 *value, size_t value_len);
// Used by bif_open and bif_close.
void info_open(void);
extern u64 bif_io_bytes[2]; // bytes that came in and went out through ports and their like
void os_close(void);
// The value that erlang:system_flag has set; NV: there is no such flag.
term system_flag_value(term flag);
u32 system_backtrace_depth(void); // at least 1
// Raises badarg with error_info #{cause => Cause, module => erl_erts_errors}. Returns NV.
term bif_badarg_because(term cause);

#endif
