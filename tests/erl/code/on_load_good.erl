%% SPDX-License-Identifier: Apache-2.0
%% A module whose on_load function takes time, uses a fun, and leaves data behind.
-module(on_load_good).
-export([value/0, through/0]).
-on_load(init/0).

init() ->
    receive after 20 -> ok end,
    persistent_term:put(?MODULE, {loaded, (fun(X) -> X * 2 end)(21)}),
    ok.

value() -> persistent_term:get(?MODULE).
through() -> ?MODULE:value().
