%% SPDX-License-Identifier: Apache-2.0
%%
%% The native function of OTP's erts_literal_area_collector. Only that process may call it, and here it never does,
%% because the core collects retired literals itself. For all others it is not supported, as in OTP.
-module(spawnlink_erts_literal_area_collector).
-export([send_copy_request/3]).

send_copy_request(Pid, Tag, Request) ->
    spawnlink_native:fail(notsup, erts_literal_area_collector, send_copy_request, [Pid, Tag, Request], []).
