%% SPDX-License-Identifier: Apache-2.0
{application, inets, [
    {description, "The HTTP client of OTP's inets, on fetch"},
    {vsn, "9.3"},
    {modules, [httpc, inets, spawnlink_httpc, spawnlink_httpc_request, spawnlink_inets]},
    {registered, [inets_sup, httpc_manager]},
    {applications, [kernel, stdlib]},
    {mod, {spawnlink_inets, []}}
]}.
